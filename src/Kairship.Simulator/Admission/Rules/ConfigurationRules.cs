using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Admission.Rules;

/// <summary>ConfigMaps and Secrets.</summary>
internal static class ConfigurationRules
{
    const int Largest = 1024 * 1024;

    const string KeyRule =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    static readonly Dictionary<string, string[]> KeysOfTypes = new()
    {
        ["kubernetes.io/tls"] = ["tls.crt", "tls.key"],
        ["kubernetes.io/dockerconfigjson"] = [".dockerconfigjson"],
        ["kubernetes.io/dockercfg"] = [".dockercfg"],
        ["kubernetes.io/ssh-auth"] = ["ssh-privatekey"],
    };

    public static void ConfigMap(JsonObject map, JsonObject? old, Violations violations)
    {
        var (data, binary) = (map["data"] as JsonObject ?? [], map["binaryData"] as JsonObject ?? []);
        var size = Keys("data", data, violations) + Keys("binaryData", binary, violations);
        foreach (var (key, _) in data.Where(p => binary.ContainsKey(p.Key)))
            violations.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
        if (size > Largest)
            violations.TooLong("", $"may not be more than {Largest} bytes");
        Fixed(map, old, violations);
    }

    public static void Secret(JsonObject secret, JsonObject? old, Violations violations)
    {
        var data = secret["data"] as JsonObject ?? [];
        if (Keys("data", data, violations) / 4 * 3 > Largest)
            violations.TooLong("data", $"may not be more than {Largest} bytes");
        var type = JsonTree.Text(secret["type"]) ?? "";
        foreach (var key in KeysOfTypes.GetValueOrDefault(type, []).Where(k => !data.ContainsKey(k)))
            violations.Required($"data[{key}]");
        if (type == "kubernetes.io/basic-auth" && !data.ContainsKey("username") && !data.ContainsKey("password"))
        {
            violations.Required("data[username]");
            violations.Required("data[password]");
        }
        if (old is not null)
            violations.Immutable("type", old["type"], secret["type"]);
        Fixed(secret, old, violations);
    }

    static long Keys(string list, JsonObject data, Violations violations)
    {
        var size = 0L;
        foreach (var (key, value) in data)
        {
            if (!Names.IsConfigKey(key))
                violations.Invalid($"{list}[{key}]", key, KeyRule);
            else if (key is "." or "..")
                violations.Invalid($"{list}[{key}]", key, $"must not be '{key}'");
            else if (key.StartsWith("..", StringComparison.Ordinal))
                violations.Invalid($"{list}[{key}]", key, "must not start with '..'");
            size += JsonTree.Text(value)?.Length ?? 0;
        }
        return size;
    }

    static void Fixed(JsonObject obj, JsonObject? old, Violations violations)
    {
        if (!IsImmutable(old))
            return;
        if (!IsImmutable(obj))
            violations.Forbidden("immutable", "field is immutable when `immutable` is set");
        foreach (var list in (ReadOnlySpan<string>)["data", "binaryData"])
        {
            if (!JsonNode.DeepEquals(old![list], obj[list]))
                violations.Forbidden(list, "field is immutable when `immutable` is set");
        }
    }

    static bool IsImmutable(JsonObject? obj) => obj?["immutable"] is JsonValue value && value.TryGetValue<bool>(out var immutable) && immutable;
}
