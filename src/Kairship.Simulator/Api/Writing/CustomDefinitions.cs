using System.Text.Json.Nodes;
using Kairship.Simulator.Admission;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Writing;

/// <summary>What an API server says of CustomResourceDefinitions: whether their names are free, and thus whether they are served.</summary>
internal static class CustomDefinitions
{
    /// <summary>Holds a deleted definition until its objects are gone.</summary>
    public const string Cleanup = "customresourcecleanup.apiextensions.k8s.io";

    static readonly string[] NameFields = ["plural", "singular", "kind", "listKind"];

    /// <summary>The status of a definition that is new beside others.</summary>
    public static JsonObject Status(JsonObject definition, IEnumerable<JsonObject> others, string now)
    {
        var names = definition["spec"]?["names"] as JsonObject ?? [];
        var taken = others.Where(o => JsonTree.Text(o["spec"]?["group"]) == JsonTree.Text(definition["spec"]?["group"]))
            .SelectMany(o => Names(o["status"]?["acceptedNames"] as JsonObject)).ToHashSet();
        var accepted = JsonTree.Copy(names);
        var conflict = default((string Reason, string Message)?);
        foreach (var field in NameFields.Where(f => taken.Contains((IsKind(f), JsonTree.Text(names[f]) ?? ""))))
        {
            accepted.Remove(field);
            conflict = ($"{char.ToUpperInvariant(field[0])}{field[1..]}Conflict", $"\"{JsonTree.Text(names[field])}\" is already in use");
        }
        return new JsonObject
        {
            ["acceptedNames"] = accepted,
            ["conditions"] = conflict is { } c
                ? new JsonArray(Condition("NamesAccepted", "False", c.Reason, c.Message, now), Condition("Established", "False", "NotAccepted", "not all names are accepted", now))
                : new JsonArray(
                    Condition("NamesAccepted", "True", "NoConflicts", "no conflicts found", now),
                    Condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted", now)),
            ["storedVersions"] = new JsonArray([.. StorageVersions(definition).Select(v => (JsonNode)v)]),
        };
    }

    /// <summary>Keeps the status of a changed definition true: which names count, which versions objects may be stored in.</summary>
    public static void Follow(JsonObject definition, JsonObject old)
    {
        if (old["status"] is not JsonObject before)
            return;
        var status = JsonTree.Copy(before);
        if (IsEstablished(old) && definition["spec"]?["names"] is { } names)
            status["acceptedNames"] = names.DeepClone();
        var stored = (before["storedVersions"] as JsonArray ?? []).Select(JsonTree.Text).OfType<string>().Union(StorageVersions(definition));
        status["storedVersions"] = new JsonArray([.. stored.Select(v => (JsonNode)v)]);
        definition["status"] = status;
    }

    public static bool IsEstablished(JsonObject definition) =>
        definition["status"]?["conditions"] is not JsonArray conditions
        || !conditions.Any(c => JsonTree.Text(c?["type"]) == "Established" && JsonTree.Text(c?["status"]) == "False");

    public static JsonObject HoldForCleanup(JsonObject definition)
    {
        var meta = JsonTree.Child(definition, "metadata");
        if (meta["finalizers"] is not JsonArray finalizers)
            meta["finalizers"] = finalizers = [];
        if (!finalizers.Any(f => JsonTree.Text(f) == Cleanup))
            finalizers.Add(Cleanup);
        return definition;
    }

    /// <summary>A custom resource says itself what it is: there is no type to take it from.</summary>
    /// <exception cref="ApiException">400 without a kind, 422 with another one.</exception>
    public static void RequireKind(ApiCall call, JsonObject obj)
    {
        if (call.Type.CustomSchema is null)
            return;
        if (JsonTree.Text(obj["kind"]) is not { Length: > 0 } kind)
            throw ApiException.BadRequest($"{call.Type.Kind} in version \"{call.Type.Version}\" cannot be handled as a {call.Type.Kind}: Object 'Kind' is missing in '{obj.ToJsonString()}'");
        if (kind == call.Type.Kind || JsonTree.Text(obj["apiVersion"]) != call.Type.ApiVersion)
            return;
        var violations = new Violations();
        violations.Invalid("kind", kind, $"must be {call.Type.Kind}");
        throw violations.Error(call.Type with { Kind = kind }, JsonTree.Text(obj["metadata"]?["name"]) ?? "");
    }

    /// <summary>Says what of a definition is not done here.</summary>
    public static void Warn(ApiCall call, JsonObject obj)
    {
        if (call.Type is not { Group: "apiextensions.k8s.io" })
            return;
        if (obj.ToJsonString().Contains("\"x-kubernetes-validations\"", StringComparison.Ordinal))
            call.Warn("x-kubernetes-validations: this simulator does not evaluate CEL rules");
        if (JsonTree.Text(obj["spec"]?["conversion"]?["strategy"]) == "Webhook")
            call.Warn("spec.conversion: this simulator calls no webhooks; versions differ in apiVersion only");
    }

    static IEnumerable<string> StorageVersions(JsonObject definition) =>
        (definition["spec"]?["versions"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(v => v["storage"] is JsonValue flag && flag.TryGetValue<bool>(out var storage) && storage)
            .Select(v => JsonTree.Text(v["name"]) ?? "");

    static IEnumerable<(bool IsKind, string Name)> Names(JsonObject? accepted) =>
        NameFields.Select(f => (IsKind(f), JsonTree.Text(accepted?[f]) ?? "")).Where(n => n.Item2.Length > 0)
            .Concat((accepted?["shortNames"] as JsonArray ?? []).Select(s => (false, JsonTree.Text(s) ?? "")));

    // Kinds and resources are two sets of names.
    static bool IsKind(string field) => field is "kind" or "listKind";

    static JsonObject Condition(string type, string status, string reason, string message, string now) =>
        new() { ["type"] = type, ["status"] = status, ["lastTransitionTime"] = now, ["reason"] = reason, ["message"] = message };
}
