using System.Net;
using static Kairship.Server.Tests.Problems.BadInputWorld;

namespace Kairship.Server.Tests.Problems;

public static partial class BadInputCases
{
    private const HttpStatusCode Wrong = HttpStatusCode.UnprocessableEntity;

    private static IEnumerable<BadInputCase> Applications() =>
    [
        Post("an application that is not YAML", $"{Api}/applications", Wrong, "YAML", _ => Yaml("a: [1, 2")),
        Post("an application that is a text", $"{Api}/applications", Wrong, "Application", _ => Yaml("hello")),
        Post("an empty application", $"{Api}/applications", Wrong, "Application", _ => Yaml("")),
        Post("a misspelt field", $"{Api}/applications", Wrong, "rollout", _ => Yaml(SampleApplications.Yaml("x").Replace("rollout", "rolout", StringComparison.Ordinal))),
        Post("an application of another kind", $"{Api}/applications", Wrong, "kind", _ => Yaml(SampleApplications.Yaml("x").Replace("kind: Application", "kind: Deployment", StringComparison.Ordinal))),
        Post("a weight over 100", $"{Api}/applications", Wrong, "steps", _ => Yaml(SampleApplications.Yaml("x") + "\n    steps: [{setWeight: 120}]")),
        Post("an application placed in an unknown cluster", $"{Api}/applications", Wrong, "atlantis",
            _ => Yaml(SampleApplications.Yaml("x") + "\n  placement: {clusterAffinity: {clusterNames: [atlantis]}}")),
        Post("an application as a picture", $"{Api}/applications", HttpStatusCode.UnsupportedMediaType, "application/yaml", _ => Text("x", "image/png")),
        Post("an application of 10 MB", $"{Api}/applications", HttpStatusCode.RequestEntityTooLarge, "MB", _ => Yaml(Big)),
        Get("an unknown application", $"{Api}/applications/ghost", HttpStatusCode.NotFound, "ghost"),
        Get("the history of an unknown application", $"{Api}/applications/ghost/history", HttpStatusCode.NotFound, "ghost"),
        Post("a plan for an unknown application", $"{Api}/applications/ghost/plan", HttpStatusCode.NotFound, "ghost", _ => Json(new { source = SampleApplications.Manifests() })),
        Post("a plan of nothing", $"{Api}/applications/idle/plan", Wrong, "source", _ => Json(new { })),
    ];

    private static IEnumerable<BadInputCase> Releases() =>
    [
        Post("manifests that are not YAML", $"{Api}/applications/idle/releases", Wrong, "YAML", _ => Json(new { source = "a: [1\nb: }" })),
        Post("manifests with a tab for indentation", $"{Api}/applications/idle/releases", Wrong, "line", _ => Json(new { source = "metadata:\n\tname: web" })),
        Post("manifests that are no Kubernetes objects", $"{Api}/applications/idle/releases", Wrong, "apiVersion", _ => Json(new { source = "hello: world" })),
        Post("manifests that are a text", $"{Api}/applications/idle/releases", Wrong, "object", _ => Json(new { source = "just words" })),
        Post("no manifests at all", $"{Api}/applications/idle/releases", Wrong, "object", _ => Json(new { source = "---\n---\n" })),
        Post("the same object twice", $"{Api}/applications/idle/releases", Wrong, "web", _ => Json(new { source = SampleApplications.Manifests() + "\n---\n" + SampleApplications.Manifests() })),
        Post("10 MB of manifests", $"{Api}/applications/idle/releases", HttpStatusCode.RequestEntityTooLarge, "MB", _ => Json(new { source = Big })),
        Post("5 MB of manifests", $"{Api}/applications/idle/releases", Wrong, "bytes", _ => Json(new { source = "a: " + Big[..(5 * 1024 * 1024)] })),
        Post("source and images at once", $"{Api}/applications/idle/releases", Wrong, "not both",
            _ => Json(new { source = SampleApplications.Manifests(), images = new[] { new { name = "a", tag = "b" } } })),
        Post("images before the first release", $"{Api}/applications/idle/releases", HttpStatusCode.Conflict, "source", _ => Json(new { images = new[] { new { name = "storefront", tag = "2" } } })),
        Post("a revision that is not there", $"{Api}/applications/idle/releases", Wrong, "v99", _ => Json(new { revision = "v99" })),
        Post("a revision's name that is none", $"{Api}/applications/idle/releases", Wrong, "letters", _ => Json(new { source = SampleApplications.Manifests(), revision = "v 1/.." })),
        Post("a workflow that is not there", $"{Api}/applications/idle/releases", Wrong, "canary", _ => Json(new { source = SampleApplications.Manifests(), workflow = "magic" })),
        Post("a release of an unknown application", $"{Api}/applications/ghost/releases", HttpStatusCode.NotFound, "ghost", _ => Json(new { source = SampleApplications.Manifests() })),
        Post("a second release at once", $"{Api}/applications/shop/releases", HttpStatusCode.Conflict, "shop-1", _ => Json(new { source = SampleApplications.Manifests("2.0") })),
        Get("an unknown release", $"{Api}/releases/shop-99", HttpStatusCode.NotFound, "shop-99"),
        Get("the plan of a release that has none", $"{Api}/releases/shop-1/plan", HttpStatusCode.NotFound, "planned"),
        Post("aborting an unknown release", $"{Api}/releases/shop-99/abort", HttpStatusCode.NotFound, "shop-99", _ => Json(new { })),
        Post("resuming what is not paused", $"{Api}/releases/shop-1/resume", HttpStatusCode.Conflict, "paused", _ => Json(new { })),
        Get("an unknown approval", $"{Api}/approvals/a%2Fb%2F0", HttpStatusCode.NotFound, "a/b/0"),
        Post("deciding an unknown approval", $"{Api}/approvals/none/decisions", HttpStatusCode.NotFound, "none", _ => Json(new { approve = true, planDigest = "x" }), "manager"),
        Post("a decision about no plan", $"{Api}/approvals/none/decisions", Wrong, "planDigest", _ => Json(new { approve = true, planDigest = "" }), "manager"),
        Post("cancelling an unknown instance", $"{Api}/instances/none/cancel", HttpStatusCode.NotFound, "none", _ => null),
    ];

    private static IEnumerable<BadInputCase> Hooks()
    {
        const string Good = """{"release": {"tag_name": "v1"}, "source": "hello: world"}""";
        return
        [
            Hook("a delivery without signature", Good, HttpStatusCode.Unauthorized, "X-Hub-Signature-256", null),
            Hook("a delivery signed with another secret", Good, HttpStatusCode.Unauthorized, "secret", Sign(Good, "another secret altogether")),
            Hook("a signature in another form", Good, HttpStatusCode.Unauthorized, "sha256=", "sha1=0123"),
            Hook("a signature that is no hex", Good, HttpStatusCode.Unauthorized, "sha256=", "sha256=" + new string('z', 64)),
            Hook("a delivery to an unknown hook", Good, HttpStatusCode.Unauthorized, "webhook", Sign(Good), "/hooks/unknown"),
            Hook("a delivery that is no JSON", "payload=%7B%7D", HttpStatusCode.BadRequest, "application/json", Sign("payload=%7B%7D")),
            Hook("a delivery that is no object", "[1]", HttpStatusCode.BadRequest, "object", Sign("[1]")),
            Hook("a delivery without id", Good, HttpStatusCode.BadRequest, "X-GitHub-Delivery", Sign(Good), delivery: null),
            Hook("a delivery of 5 MB", Big[..(5 * 1024 * 1024)], HttpStatusCode.RequestEntityTooLarge, "1 MB", "sha256=" + new string('0', 64)),
            Hook("a payload without the value", """{"release": {}}""", Wrong, "values", Sign("""{"release": {}}""")),
            Hook("a payload whose manifests are none", Good, Wrong, "apiVersion", Sign(Good)),
            Post("a webhook with a short secret", $"{Api}/webhooks", Wrong, "secret", _ => Json(new { name = "h", secret = "short", application = "idle", values = new { revision = "payload.a" } })),
            Post("a webhook whose expression does not parse", $"{Api}/webhooks", Wrong, "values.revision",
                _ => Json(new { name = "h", secret = HookSecret, application = "idle", values = new { revision = "payload.(" } })),
            Post("a webhook that releases nothing", $"{Api}/webhooks", Wrong, "values", _ => Json(new { name = "h", secret = HookSecret, application = "idle", values = new { } })),
            Post("a webhook for an unknown application", $"{Api}/webhooks", Wrong, "ghost", _ => Json(new { name = "h", secret = HookSecret, application = "ghost", values = new { revision = "payload.a" } })),
            Post("a webhook of a taken name", $"{Api}/webhooks", HttpStatusCode.Conflict, "gh", _ => Json(new { name = "gh", secret = HookSecret, application = "idle", values = new { revision = "payload.a" } })),
        ];
    }

    private static IEnumerable<BadInputCase> WorkflowFiles() =>
    [
        Post("a workflow that is not JSON", $"{Api}/workflows", Wrong, "JSON", _ => Text("{")),
        Post("a workflow without a root", $"{Api}/workflows", Wrong, "root", _ => Text("""{"definitionId": "x"}""")),
        Post("a workflow with an unknown activity", $"{Api}/workflows", Wrong, "Elsa.Teleport", _ => Text(SampleWorkflows.Flowchart("x", """{"id": "a", "type": "Elsa.Teleport"}"""))),
        Post("a workflow with a dangling connection", $"{Api}/workflows", Wrong, "nowhere",
            _ => Text(SampleWorkflows.Finishing.Replace("[]", """[{"source": {"activity": "say", "port": "Done"}, "target": {"activity": "nowhere", "port": "In"}}]""", StringComparison.Ordinal))),
        Get("an unknown workflow", $"{Api}/workflows/none", HttpStatusCode.NotFound, "none"),
        Get("an unknown instance", $"{Api}/instances/none", HttpStatusCode.NotFound, "none"),
    ];

    private static BadInputCase Hook(
        string name, string body, HttpStatusCode expected, string mustSay, string? signature, string path = "/hooks/gh", string? delivery = "d-1")
    {
        var headers = new Dictionary<string, string> { ["X-GitHub-Event"] = "release" };
        if (signature is not null)
        {
            headers["X-Hub-Signature-256"] = signature;
        }

        if (delivery is not null)
        {
            headers["X-GitHub-Delivery"] = delivery;
        }

        return new BadInputCase(name, HttpMethod.Post, path, expected, mustSay, _ => Text(body), null, headers);
    }
}
