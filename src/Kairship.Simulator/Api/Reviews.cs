using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api;

/// <summary>Access reviews: whoever has a token may do everything.</summary>
internal static class Reviews
{
    /// <summary>As discovery shows them.</summary>
    public static ResourceType[] Types { get; } =
    [
        Type("authentication.k8s.io", "SelfSubjectReview"),
        Type("authorization.k8s.io", "SelfSubjectAccessReview"),
        Type("authorization.k8s.io", "SelfSubjectRulesReview"),
        Type("authorization.k8s.io", "SubjectAccessReview"),
    ];

    /// <summary>The review of a path; null when there is none.</summary>
    public static ResourceType? Find(string path) => Array.Find(Types, t => path.TrimEnd('/') == $"/apis/{t.ApiVersion}/{t.Plural}");

    static ResourceType Type(string group, string kind) =>
        new(group, "v1", kind, kind.ToLowerInvariant() + "s", kind.ToLowerInvariant(), Namespaced: false, []) { Verbs = ["create"] };

    public static JsonObject? Answer(string path, JsonObject body)
    {
        if (Find(path) is not { } type)
            return null;
        body["kind"] = type.Kind;
        body["apiVersion"] = type.ApiVersion;
        switch (path.TrimEnd('/'))
        {
            case "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" or "/apis/authorization.k8s.io/v1/subjectaccessreviews":
                body["status"] = new JsonObject { ["allowed"] = true };
                return body;
            case "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews":
                body["status"] = new JsonObject
                {
                    ["incomplete"] = false,
                    ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["nonResourceURLs"] = new JsonArray("*") }),
                    ["resourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*") }),
                };
                return body;
            case "/apis/authentication.k8s.io/v1/selfsubjectreviews":
                body["status"] = new JsonObject
                {
                    ["userInfo"] = new JsonObject { ["username"] = "admin", ["groups"] = new JsonArray("system:masters", "system:authenticated") },
                };
                return body;
            default:
                return null;
        }
    }
}
