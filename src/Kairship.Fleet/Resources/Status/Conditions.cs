using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources.Status;

/// <summary>One entry of .status.conditions.</summary>
/// <param name="ObservedGeneration">The generation that it speaks of; null where it does not tell.</param>
internal sealed record Condition(string Type, string Status, string? Reason, string? Message, long? ObservedGeneration = null)
{
    public bool IsTrue => Status == "True";

    /// <summary>It speaks of what was there before the object's last change.</summary>
    public bool IsOlderThan(long? generation) => ObservedGeneration is { } observed && generation is { } present && observed < present;
}

internal static class Conditions
{
    public static IEnumerable<Condition> Of(JsonObject obj) => In(obj["status"] as JsonObject);

    /// <summary>Those of any part of a status, such as that of one parent of a route.</summary>
    public static IEnumerable<Condition> In(JsonObject? part) =>
        (part?["conditions"] as JsonArray ?? [])
            .OfType<JsonObject>()
            .Select(c => new Condition(
                c["type"]?.ToString() ?? "", c["status"]?.ToString() ?? "", c["reason"]?.ToString(), c["message"]?.ToString(), StatusRules.Number(c["observedGeneration"])));

    public static Condition? Find(JsonObject obj, string type) => Of(obj).FirstOrDefault(c => c.Type == type);

    public static Condition? FindTrue(JsonObject obj, string type) => Of(obj).FirstOrDefault(c => c.Type == type && c.IsTrue);

    public static Condition? FindFalse(JsonObject obj, string type) => Of(obj).FirstOrDefault(c => c.Type == type && c.Status == "False");
}
