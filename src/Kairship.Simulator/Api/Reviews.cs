using System.Text.Json.Nodes;

namespace Kairship.Simulator.Api;

/// <summary>Access reviews: whoever has a token may do everything.</summary>
internal static class Reviews
{
    public static JsonObject? Answer(string path, JsonObject body)
    {
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
