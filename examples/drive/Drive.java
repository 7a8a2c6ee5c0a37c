// SPDX-License-Identifier: Apache-2.0
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Drives fhirsim from Java, with the standard library. See README.md. */
public class Drive {
    static final HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    static String fhir, control;

    static HttpResponse<String> call(String method, String url, String body, String... headers)
            throws IOException, InterruptedException {
        var publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        var request = HttpRequest.newBuilder(URI.create(url)).method(method, publisher);
        if (headers.length > 0)
            request.headers(headers);
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** The status of the reply, or that there is none. */
    static String put(String etag) throws InterruptedException {
        var body = "{\"resourceType\": \"Patient\", \"id\": \"ada\", \"active\": false}";
        try {
            return "" + call("PUT", fhir + "/Patient/ada", body, "If-Match", etag,
                             "Content-Type", "application/fhir+json").statusCode();
        } catch (IOException lost) {
            return "no reply";
        }
    }

    /** The first group of the first match. Java has no JSON of its own; a real test uses a library. */
    static String find(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    static void drive(Path chart) throws IOException, InterruptedException {
        var loaded = call("POST", control + "/charts", Files.readString(chart),
                          "Content-Type", "application/fhir+json").body();
        System.out.println("loaded: " + find("\"resources\":(\\d+)", loaded) + " resources");

        call("POST", control + "/faults",
             "{\"fault\": \"reset-after\", \"match\": {\"interaction\": \"update\"}, \"times\": 1}");
        var etag = call("GET", fhir + "/Patient/ada", null).headers().firstValue("ETag").get();
        System.out.println("read: ETag " + etag);
        System.out.println("first write: " + put(etag));
        System.out.println("second write: " + put(etag));
        var versions = call("GET", control + "/resources/Patient/ada/versions", null).body();
        System.out.println("in the chart: " + (versions.split("\"ordinal\"").length - 1) + " versions");
        for (var entry : call("GET", control + "/journal", null).body().split("\n")) {
            var what = find("\"(?:status|fault)\":\"?([^\",}]+)", entry);
            System.out.println(("journal: " + find("\"kind\":\"([^\"]+)", entry) + " " + what).strip());
        }
    }

    public static void main(String[] args) throws Exception {
        var program = System.getenv().getOrDefault("FHIRSIM", "build/bin/fhirsim");
        var fhirsim = new ProcessBuilder(program, "--listen", "127.0.0.1:0")
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var out = new BufferedReader(new InputStreamReader(fhirsim.getInputStream()))) {
            var ready = out.readLine(); // it says where it listens, when it is ready
            fhir = find("(http://[^ ,]+/fhir)", ready);
            control = find("(http://[^ ,]+/_control)", ready);
            drive(Path.of(args[0]));
        } finally {
            fhirsim.destroy();
        }
    }
}
