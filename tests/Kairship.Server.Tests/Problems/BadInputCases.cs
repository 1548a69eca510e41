using System.Net;
using Kairship.Api.Clusters;
using static Kairship.Server.Tests.Problems.BadInputWorld;

namespace Kairship.Server.Tests.Problems;

/// <summary>The table of wrong requests.</summary>
public static partial class BadInputCases
{
    private const string Api = "/api/v1";
    private static readonly string Big = new('x', 10 * 1024 * 1024);

    public static IReadOnlyList<BadInputCase> All { get; } = [.. Http(), .. Access(), .. Clusters(), .. Applications(), .. Releases(), .. Hooks(), .. WorkflowFiles()];

    private static BadInputCase Post(string name, string path, HttpStatusCode expected, string mustSay, Func<BadInputWorld, HttpContent?> content, string? key = "admin") =>
        new(name, HttpMethod.Post, path, expected, mustSay, content, key);

    private static BadInputCase Get(string name, string path, HttpStatusCode expected, string mustSay, string? key = "admin") =>
        new(name, HttpMethod.Get, path, expected, mustSay, null, key);

    private static IEnumerable<BadInputCase> Http() =>
    [
        Get("no such path", $"{Api}/nothing", HttpStatusCode.NotFound, "/openapi/v1.json"),
        new("a method that is not there", HttpMethod.Patch, $"{Api}/clusters", HttpStatusCode.MethodNotAllowed, "GET"),
        Post("not JSON", $"{Api}/keys", HttpStatusCode.BadRequest, "JSON", _ => Text("{not json")),
        Post("JSON of the wrong shape", $"{Api}/keys", HttpStatusCode.BadRequest, "openapi", _ => Text("""{"name": 7, "roles": "viewer"}""")),
        Post("a property that is not known", $"{Api}/keys", HttpStatusCode.BadRequest, "'role'", _ => Text("""{"name": "x", "role": ["viewer"]}""")),
        Post("an empty body", $"{Api}/keys", HttpStatusCode.BadRequest, "body", _ => Text("")),
        Post("a form instead of JSON", $"{Api}/keys", HttpStatusCode.UnsupportedMediaType, "application/json", _ => Text("name=x", "application/x-www-form-urlencoded")),
        Post("10 MB where little is due", $"{Api}/keys", HttpStatusCode.RequestEntityTooLarge, "MB", _ => Json(new { name = Big })),
        Post("JSON nested too deep", $"{Api}/keys", HttpStatusCode.BadRequest, "JSON", _ => Text(new string('[', 500) + new string(']', 500))),
        Get("a page of too many", $"{Api}/releases?take=100000", HttpStatusCode.BadRequest, "1 to 1000"),
        Get("a page before the first", $"{Api}/releases?skip=-1", HttpStatusCode.BadRequest, "from 0"),
        Get("a page that is no number", $"{Api}/audit?take=all", HttpStatusCode.BadRequest, "take"),
        Get("a status that is none", $"{Api}/instances?status=Asleep", HttpStatusCode.BadRequest, "Suspended"),
        Get("a version that is no number", $"{Api}/workflows/waiting?version=newest", HttpStatusCode.BadRequest, "'newest' is no value of 'version'"),
    ];

    private static IEnumerable<BadInputCase> Access() =>
    [
        Get("no key", $"{Api}/releases", HttpStatusCode.Unauthorized, "admin.key", null),
        Get("a wrong key", $"{Api}/releases", HttpStatusCode.Unauthorized, "revoked", "wrong"),
        new("no bearer", HttpMethod.Get, $"{Api}/releases", HttpStatusCode.Unauthorized, "Bearer", null, null, new Dictionary<string, string> { ["Authorization"] = "Basic YTpi" }),
        Post("a viewer who deploys", $"{Api}/applications", HttpStatusCode.Forbidden, "deployer", _ => Yaml(SampleApplications.Yaml("mine")), "viewer"),
        Post("a deployer who makes keys", $"{Api}/keys", HttpStatusCode.Forbidden, "admin", _ => Json(new { name = "x", roles = new[] { "admin" } }), "deployer"),
        Post("a viewer who approves", $"{Api}/approvals/none/decisions", HttpStatusCode.Forbidden, "release-manager", _ => Json(new { approve = true, planDigest = "x" }), "viewer"),
        Post("a key without roles", $"{Api}/keys", HttpStatusCode.UnprocessableEntity, "roles", _ => Json(new { name = "nobody", roles = Array.Empty<string>() })),
        Post("a key with a strange name", $"{Api}/keys", HttpStatusCode.UnprocessableEntity, "lower-case", _ => Json(new { name = "Al\u0000ice!", roles = new[] { "viewer" } })),
        Post("a key of a taken name", $"{Api}/keys", HttpStatusCode.Conflict, "ci", _ => Json(new { name = "ci", roles = new[] { "viewer" } })),
        new("revoking a key that is none", HttpMethod.Delete, $"{Api}/keys/0000", HttpStatusCode.NotFound, "0000"),
    ];

    private static IEnumerable<BadInputCase> Clusters() =>
    [
        Post("a kubeconfig that is not YAML", $"{Api}/clusters", HttpStatusCode.UnprocessableEntity, "kubeconfig", _ => Json(new JoinClusterRequest("new", "{{{{ not yaml"))),
        Post("no kubeconfig", $"{Api}/clusters", HttpStatusCode.UnprocessableEntity, "kubeconfig", _ => Json(new { name = "new", kubeconfig = "" })),
        Post("a kubeconfig with another CA", $"{Api}/clusters", HttpStatusCode.UnprocessableEntity, "certificate", w => Json(new JoinClusterRequest("new", WrongCa(w)))),
        Post("an expired token", $"{Api}/clusters", HttpStatusCode.UnprocessableEntity, "expired", w => Json(new JoinClusterRequest("new", Expired(w)))),
        Post("a cluster that is not there", $"{Api}/clusters", HttpStatusCode.UnprocessableEntity, "new", w => Json(new JoinClusterRequest("new", Nowhere(w)))),
        Post("a context that is not in the kubeconfig", $"{Api}/clusters", HttpStatusCode.UnprocessableEntity, "context", w => Json(new JoinClusterRequest("new", w.Stranger.Kubeconfig, "elsewhere"))),
        Post("a kubeconfig that names files", $"{Api}/clusters", HttpStatusCode.UnprocessableEntity, "inline", w => Json(new JoinClusterRequest("new", LocalFile(w)))),
        Post("a cluster's name that is none", $"{Api}/clusters", HttpStatusCode.UnprocessableEntity, "a-z", w => Json(new JoinClusterRequest("No Name!", w.Stranger.Kubeconfig))),
        Post("a label that is none", $"{Api}/clusters", HttpStatusCode.UnprocessableEntity, "label",
            w => Json(new JoinClusterRequest("new", w.Stranger.Kubeconfig, null, new Dictionary<string, string> { ["a b"] = "c d" }))),
        Post("a cluster that has joined already", $"{Api}/clusters", HttpStatusCode.Conflict, "one", w => Json(new JoinClusterRequest("again", w.Cluster.Kubeconfig))),
        Get("an unknown cluster", $"{Api}/clusters/atlantis", HttpStatusCode.NotFound, "atlantis"),
        new("removing an unknown cluster", HttpMethod.Delete, $"{Api}/clusters/atlantis", HttpStatusCode.NotFound, "atlantis"),
    ];

    private static string WrongCa(BadInputWorld world)
    {
        var other = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(world.Cluster.CaPem));
        var own = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(world.Stranger.CaPem));
        var changed = world.Stranger.Kubeconfig.Replace(own, other, StringComparison.Ordinal);
        return changed != world.Stranger.Kubeconfig ? changed : throw new InvalidOperationException("The kubeconfig has its CA in another form.");
    }

    private static string Expired(BadInputWorld world) =>
        world.Stranger.Kubeconfig.Replace(world.Stranger.Token, world.Stranger.IssueToken(TimeSpan.FromSeconds(-10)), StringComparison.Ordinal);

    private static string Nowhere(BadInputWorld world) =>
        world.Stranger.Kubeconfig.Replace(world.Stranger.Url.Authority, "127.0.0.1:1", StringComparison.Ordinal);

    private static string LocalFile(BadInputWorld world) =>
        world.Stranger.Kubeconfig.Replace($"token: {world.Stranger.Token}", "tokenFile: /etc/passwd", StringComparison.Ordinal)
            .Replace($"token: \"{world.Stranger.Token}\"", "tokenFile: /etc/passwd", StringComparison.Ordinal);
}
