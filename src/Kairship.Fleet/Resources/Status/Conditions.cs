using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources.Status;

/// <summary>One entry of .status.conditions.</summary>
internal sealed record Condition(string Type, string Status, string? Reason, string? Message);

internal static class Conditions
{
    public static IEnumerable<Condition> Of(JsonObject obj) =>
        ((obj["status"] as JsonObject)?["conditions"] as JsonArray ?? [])
            .OfType<JsonObject>()
            .Select(c => new Condition(c["type"]?.ToString() ?? "", c["status"]?.ToString() ?? "", c["reason"]?.ToString(), c["message"]?.ToString()));

    public static Condition? Find(JsonObject obj, string type) => Of(obj).FirstOrDefault(c => c.Type == type);

    public static Condition? FindTrue(JsonObject obj, string type) => Of(obj).FirstOrDefault(c => c.Type == type && c.Status == "True");

    public static Condition? FindFalse(JsonObject obj, string type) => Of(obj).FirstOrDefault(c => c.Type == type && c.Status == "False");
}
