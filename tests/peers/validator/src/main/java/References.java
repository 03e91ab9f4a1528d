import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.common.hapi.validation.validator.FhirDefaultPolicyAdvisor;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.elementmodel.JsonParser;
import org.hl7.fhir.r5.model.CanonicalResource;
import org.hl7.fhir.r5.model.CanonicalType;
import org.hl7.fhir.r5.model.ElementDefinition;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.r5.utils.validation.IResourceValidator;
import org.hl7.fhir.r5.utils.validation.IValidationPolicyAdvisor.ReferenceDestinationType;
import org.hl7.fhir.r5.utils.validation.IValidatorResourceFetcher;
import org.hl7.fhir.r5.utils.validation.ValidatorSession;
import org.hl7.fhir.r5.utils.validation.constants.ReferenceValidationPolicy;
import org.hl7.fhir.validation.BaseValidator;

/** Keeps the validator offline: form and target type of references outside the Bundle, its own FHIR version. */
final class References implements IValidatorResourceFetcher {
  private static final Pattern REST =
      Pattern.compile("(?:https?://\\S+/)?([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?(?:#\\S+)?");
  private static final Pattern OPAQUE = Pattern.compile("(?:urn:|https?://)\\S+");

  private final Map<String, Element> stubs = new ConcurrentHashMap<>();

  static FhirDefaultPolicyAdvisor policy() {
    return new FhirDefaultPolicyAdvisor() {
      @Override
      public ReferenceValidationPolicy policyForReference(
          IResourceValidator validator, Object context, String path, String url, ReferenceDestinationType kind) {
        boolean opaque = !REST.matcher(url).matches() && OPAQUE.matcher(url).matches();
        return opaque ? ReferenceValidationPolicy.IGNORE : ReferenceValidationPolicy.CHECK_EXISTS_AND_TYPE;
      }

      @Override
      public EnumSet<ElementValidationAction> policyForElement(
          IResourceValidator validator, Object context, StructureDefinition type, ElementDefinition element, String path) {
        if (element.getPath().equals("StructureDefinition.url")) knowOwnVersion(validator);
        return super.policyForElement(validator, context, type, element, path);
      }
    };
  }

  /**
   * The check of an extension's context asks for FHIR "4.0", does not see that it is the 4.0.1 it has loaded, and
   * wants the package from a server. Its session keeps a list of versions at hand: there it finds what it has.
   */
  private static void knowOwnVersion(IResourceValidator validator) {
    try {
      var session = BaseValidator.class.getDeclaredField("session");
      session.setAccessible(true);
      ((ValidatorSession) session.get(validator)).getOtherVersions().putIfAbsent("4.0", validator.getContext());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this version of the validator keeps no session", e);
    }
  }

  /** An empty resource of the type the reference names; null, so an error, when it names none. */
  @Override
  public Element fetch(IResourceValidator validator, Object context, String url) throws IOException {
    Matcher m = REST.matcher(url);
    if (!m.matches()) return null;
    Element known = stubs.get(m.group(1));
    if (known != null) return known;
    String json = "{\"resourceType\":\"" + m.group(1) + "\"}";
    Element stub;
    try {
      stub =
          new JsonParser(validator.getContext())
              .parseSingle(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), new ArrayList<>());
    } catch (RuntimeException e) {
      return null;
    }
    if (stub != null) stubs.put(m.group(1), stub);
    return stub;
  }

  @Override
  public boolean resolveURL(
      IResourceValidator v, Object context, String path, String url, String type, boolean canonical, List<CanonicalType> targets) {
    return true;
  }

  @Override
  public byte[] fetchRaw(IResourceValidator v, String url) {
    return null;
  }

  @Override
  public IValidatorResourceFetcher setLocale(Locale locale) {
    return this;
  }

  @Override
  public CanonicalResource fetchCanonicalResource(IResourceValidator v, Object context, String url) {
    return null;
  }

  @Override
  public boolean fetchesCanonicalResource(IResourceValidator v, String url) {
    return false;
  }

  @Override
  public Set<ResourceVersionInformation> fetchCanonicalResourceVersions(IResourceValidator v, Object context, String url) {
    return Set.of();
  }
}
