package app;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.runtime.Micronaut;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.authentication.Authentication;
import io.micronaut.security.rules.SecurityRule;
import java.util.Map;

/** Who is signed in, and a page for everybody. */
public final class Application {
  public static void main(String[] arguments) {
    Micronaut.run(Application.class, arguments);
  }

  @Controller
  static final class Pages {
    @Get("/me")
    @Secured(SecurityRule.IS_AUTHENTICATED)
    Map<String, Object> me(Authentication who) {
      return Map.of("name", who.getName(), "claims", who.getAttributes());
    }

    @Get
    @Secured(SecurityRule.IS_ANONYMOUS)
    String home() {
      return "home";
    }

    @Get("/left")
    @Secured(SecurityRule.IS_ANONYMOUS)
    String left() {
      return "left";
    }
  }
}
