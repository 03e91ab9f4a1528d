import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.IssueSeverity;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationOptions;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.MetadataResource;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.SearchParameter;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;

/** Validates FHIR R4 JSON offline with HAPI's instance validator; see README.md. */
public final class Validate {
  static final String USAGE =
      """
      usage: validate [option]... FILE|DIR...     one line per issue: severity, place, message
             validate [option]... --stdin         one resource a line in, one JSON answer a line out;
                                                  "URL[ URL]...<tab>{...}": also against these profiles
        --ig PATH         own CodeSystems, ValueSets, profiles: .json file, folder of them, or .tgz package
        --profile URL     also check against this profile (loaded with --ig)
        --level LEVEL     least severity printed: information (default), warning, error
        --unknown LEVEL   codes of systems that are not loaded (LOINC, SNOMED CT): information (default), warning, error
        --strict          unknown extensions and unknown meta.profile are errors
        --best            also warn about best practice (Observation.performer, narrative ...)
        --json            issues as JSON, one object a line
        --time            start-up and checking time to standard error
      exit: 0 no error, 1 at least one error or fatal issue, 2 wrong call or unreadable file
      """;

  final FhirContext fhir = FhirContext.forR4();
  final PrePopulatedValidationSupport own = new PrePopulatedValidationSupport(fhir);
  final List<Path> files = new ArrayList<>();
  final ValidationOptions options = new ValidationOptions();
  final Gson gson = new GsonBuilder().disableHtmlEscaping().create();
  final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
  ResultSeverityEnum level = ResultSeverityEnum.INFORMATION;
  IssueSeverity unknown = IssueSeverity.INFORMATION;
  boolean strict, best, json, stdin, time;
  FhirValidator validator;
  long checked, bad, nanos;

  public static void main(String[] args) {
    int code;
    try {
      code = new Validate().run(args);
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("validate: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
      code = 2;
    }
    System.exit(code);
  }

  int run(String[] args) throws IOException {
    long start = System.nanoTime();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--ig" -> loadOwn(Path.of(value(args, ++i)));
        case "--profile" -> options.addProfile(value(args, ++i));
        case "--level" -> level = ResultSeverityEnum.valueOf(value(args, ++i).toUpperCase());
        case "--unknown" -> unknown = IssueSeverity.valueOf(value(args, ++i).toUpperCase());
        case "--strict" -> strict = true;
        case "--best" -> best = true;
        case "--json" -> json = true;
        case "--stdin" -> stdin = true;
        case "--time" -> time = true;
        case "-h", "--help" -> {
          out.print(USAGE);
          out.flush();
          return 0;
        }
        default -> {
          if (args[i].startsWith("-")) throw new IllegalArgumentException("unknown option " + args[i]);
          files.add(Path.of(args[i]));
        }
      }
    }
    if (files.isEmpty() != stdin) throw new IllegalArgumentException("give files or --stdin\n" + USAGE);
    validator = build();
    long ready = System.nanoTime();
    if (stdin) answer();
    for (Path p : files) for (Path f : expand(p)) checkFile(f);
    out.flush();
    if (time) {
      System.err.printf(
          "ready %.2f s, %d resources, %d with errors, %.2f s checking%n",
          (ready - start) / 1e9, checked, bad, nanos / 1e9);
    }
    return bad > 0 ? 1 : 0;
  }

  static String value(String[] args, int i) {
    if (i >= args.length) throw new IllegalArgumentException(args[i - 1] + " wants a value");
    return args[i];
  }

  FhirValidator build() {
    var other = new UnknownCodeSystemWarningValidationSupport(fhir);
    other.setNonExistentCodeSystemSeverity(unknown);
    var chain =
        new ValidationSupportChain(
            own,
            new DefaultProfileValidationSupport(fhir),
            new CommonCodeSystemsTerminologyService(fhir),
            new InMemoryTerminologyServerValidationSupport(fhir),
            new SnapshotGeneratingValidationSupport(fhir),
            other);
    chain.setCodeableConceptValidationSuccessfulIfNotAllCodingsAreValid(true); // as FHIR says: one coding is enough
    var module = new FhirInstanceValidator(chain);
    module.setAnyExtensionsAllowed(!strict);
    module.setErrorForUnknownProfiles(strict);
    module.setNoExtensibleWarnings(false);
    module.setAllowExamples(true);
    module.setBestPracticeWarningLevel(best ? BestPracticeWarningLevel.Warning : BestPracticeWarningLevel.Ignore);
    module.setValidatorPolicyAdvisor(References.policy());
    module.setValidatorResourceFetcher(new References());
    return fhir.newValidator().registerValidatorModule(module);
  }

  /** Folder: every .json below it. Package: every .json right under package/. Other resource types are skipped. */
  void loadOwn(Path path) throws IOException {
    if (path.toString().endsWith(".tgz")) {
      try (InputStream in = Files.newInputStream(path);
          var tar = new TarArchiveInputStream(new GZIPInputStream(in))) {
        for (TarArchiveEntry e; (e = tar.getNextEntry()) != null; ) {
          if (e.getName().matches("package/[A-Z][^/]*\\.json")) {
            addOwn(e.getName(), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
          }
        }
      }
      return;
    }
    for (Path f : expand(path)) {
      if (f.toString().endsWith(".json")) addOwn(f.toString(), Files.readString(f));
    }
  }

  void addOwn(String name, String text) {
    if (!text.contains("\"resourceType\"")) return;
    Resource r;
    try {
      r = (Resource) fhir.newJsonParser().parseResource(text);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("--ig " + name + ": " + e.getMessage());
    }
    if (r instanceof CodeSystem) own.addCodeSystem(r);
    else if (r instanceof ValueSet) own.addValueSet(r);
    else if (r instanceof StructureDefinition) own.addStructureDefinition(r);
    else if (r instanceof SearchParameter) own.addSearchParameter(r);
    else if (r instanceof MetadataResource m && m.hasUrl()) own.addResource(r);
  }

  static List<Path> expand(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      if (!Files.isReadable(path)) throw new IOException("cannot read " + path);
      return List.of(path);
    }
    try (Stream<Path> s = Files.walk(path)) {
      return s.filter(p -> p.toString().endsWith(".json") || p.toString().endsWith(".ndjson")).sorted().toList();
    }
  }

  void checkFile(Path file) throws IOException {
    if (!file.toString().endsWith(".ndjson")) {
      print(file.toString(), check(Files.readString(file)));
      return;
    }
    try (BufferedReader in = Files.newBufferedReader(file)) {
      int n = 0;
      for (String line; (line = in.readLine()) != null; ) {
        n++;
        if (!line.isBlank()) print(file + ":" + n, check(line));
      }
    }
  }

  void answer() throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = in.readLine()) != null; ) {
      if (line.isBlank()) continue;
      List<Map<String, String>> issues = asked(line);
      var reply = new LinkedHashMap<String, Object>();
      reply.put("valid", issues.stream().noneMatch(Validate::isError));
      reply.put("issues", issues.stream().filter(this::shown).toList());
      out.println(gson.toJson(reply));
      out.flush();
    }
  }

  /** A line is a resource, or the profiles it must satisfy as well, a tab and the resource. */
  List<Map<String, String>> asked(String line) {
    int tab = line.indexOf('\t');
    if (tab < 0 || !line.startsWith("http")) return check(line, options);
    var more = new ValidationOptions();
    options.getProfiles().forEach(more::addProfile);
    for (String url : line.substring(0, tab).split(" ")) more.addProfile(url);
    return check(line.substring(tab + 1), more);
  }

  List<Map<String, String>> check(String text) {
    return check(text, options);
  }

  List<Map<String, String>> check(String text, ValidationOptions options) {
    long t = System.nanoTime();
    var issues = new ArrayList<Map<String, String>>();
    try {
      for (SingleValidationMessage m : validator.validateWithResult(text, options).getMessages()) {
        issues.add(issue(m.getSeverity(), m.getLocationString(), m.getMessageId(), m.getMessage()));
      }
    } catch (RuntimeException e) { // not JSON, not FHIR, or a resource the validator cannot load
      issues.add(issue(ResultSeverityEnum.FATAL, "", "exception", e.toString()));
    }
    nanos += System.nanoTime() - t;
    checked++;
    if (issues.stream().anyMatch(Validate::isError)) bad++;
    return issues;
  }

  static Map<String, String> issue(ResultSeverityEnum severity, String where, String id, String message) {
    var m = new LinkedHashMap<String, String>();
    m.put("severity", severity.name().toLowerCase());
    m.put("location", where == null ? "" : where);
    m.put("id", id == null ? "" : id);
    m.put("message", message == null ? "" : message.replaceAll("\\s+", " "));
    return m;
  }

  static boolean isError(Map<String, String> issue) {
    return rank(issue) >= ResultSeverityEnum.ERROR.ordinal();
  }

  boolean shown(Map<String, String> issue) {
    return rank(issue) >= level.ordinal();
  }

  static int rank(Map<String, String> issue) {
    return ResultSeverityEnum.valueOf(issue.get("severity").toUpperCase()).ordinal();
  }

  void print(String source, List<Map<String, String>> issues) {
    for (Map<String, String> issue : issues) {
      if (!shown(issue)) continue;
      if (json) {
        var m = new LinkedHashMap<String, String>();
        m.put("file", source);
        m.putAll(issue);
        out.println(gson.toJson(m));
      } else {
        out.println(issue.get("severity") + "\t" + source + "\t" + issue.get("location") + "\t" + issue.get("message"));
      }
    }
  }
}
