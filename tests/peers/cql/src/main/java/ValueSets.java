import ca.uhn.fhir.context.FhirContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hl7.fhir.r4.model.Resource;
import org.hl7.fhir.r4.model.ValueSet;
import org.opencds.cqf.cql.engine.runtime.Code;
import org.opencds.cqf.cql.engine.terminology.CodeSystemInfo;
import org.opencds.cqf.cql.engine.terminology.TerminologyProvider;
import org.opencds.cqf.cql.engine.terminology.ValueSetInfo;

/** ValueSets with listed codes, whole systems, or other such ValueSets; filters are refused, not guessed. */
final class ValueSets implements TerminologyProvider {
  private final Map<String, ValueSet> byUrl = new HashMap<>();

  void load(FhirContext fhir, Path path) throws IOException {
    for (Path file : CqlRun.files(path)) {
      if (!file.toString().endsWith(".json")) continue;
      String text = Files.readString(file);
      if (!text.contains("\"ValueSet\"")) continue;
      var resource = (Resource) fhir.newJsonParser().parseResource(text);
      if (resource instanceof ValueSet v) byUrl.put(v.getUrl(), v);
    }
  }

  @Override
  public boolean in(Code code, ValueSetInfo info) {
    return in(code, info.getId());
  }

  private boolean in(Code code, String canonical) {
    ValueSet set = find(canonical);
    if (!set.hasCompose()) {
      return contains(set.getExpansion().getContains(), code);
    }
    for (var exclude : set.getCompose().getExclude()) if (matches(exclude, code)) return false;
    for (var include : set.getCompose().getInclude()) if (matches(include, code)) return true;
    return false;
  }

  private ValueSet find(String canonical) {
    ValueSet set = byUrl.get(canonical.replaceFirst("\\|.*", ""));
    if (set == null) throw new IllegalArgumentException("value set not loaded: " + canonical);
    return set;
  }

  private boolean matches(ValueSet.ConceptSetComponent part, Code code) {
    if (part.hasFilter()) throw new IllegalArgumentException("value set with a filter on " + part.getSystem());
    if (!part.hasSystem() && !part.hasValueSet()) throw new IllegalArgumentException("value set that names nothing to include");
    if (part.hasSystem()) {
      if (!part.getSystem().equals(code.getSystem())) return false;
      if (part.hasConcept() && part.getConcept().stream().noneMatch(c -> c.getCode().equals(code.getCode()))) return false;
    }
    return part.getValueSet().stream().allMatch(v -> in(code, v.getValue()));
  }

  private static boolean contains(List<ValueSet.ValueSetExpansionContainsComponent> list, Code code) {
    for (var c : list) {
      if (code.getCode().equals(c.getCode()) && (code.getSystem() == null || code.getSystem().equals(c.getSystem()))) return true;
      if (contains(c.getContains(), code)) return true;
    }
    return false;
  }

  @Override
  public Iterable<Code> expand(ValueSetInfo info) {
    var out = new ArrayList<Code>();
    for (var include : find(info.getId()).getCompose().getInclude()) {
      if (!include.hasConcept()) throw new IllegalArgumentException("value set without listed codes: " + info.getId());
      for (var c : include.getConcept()) {
        var code = new Code().withSystem(include.getSystem()).withCode(c.getCode()).withDisplay(c.getDisplay());
        if (in(code, info.getId())) out.add(code);
      }
    }
    return out;
  }

  @Override
  public Code lookup(Code code, CodeSystemInfo system) {
    return code;
  }
}
