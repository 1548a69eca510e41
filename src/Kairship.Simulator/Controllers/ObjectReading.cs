using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers;

/// <summary>Reading what every controller reads from objects. Numbers in the store are long.</summary>
internal static class ObjectReading
{
    public static string NameOf(this JsonObject obj) => JsonTree.Text(obj["metadata"]?["name"]) ?? "";

    public static string? NamespaceOf(this JsonObject obj) => JsonTree.Text(obj["metadata"]?["namespace"]);

    public static string UidOf(this JsonObject obj) => JsonTree.Text(obj["metadata"]?["uid"]) ?? "";

    public static string KindOf(this JsonObject obj) => JsonTree.Text(obj["kind"]) ?? "";

    public static string CreatedAt(this JsonObject obj) => JsonTree.Text(obj["metadata"]?["creationTimestamp"]) ?? "";

    public static long GenerationOf(this JsonObject obj) => JsonTree.Number(obj["metadata"]?["generation"]) ?? 0;

    public static bool IsDeleting(this JsonObject obj) => obj["metadata"]?["deletionTimestamp"] is not null;

    public static JsonObject? LabelsOf(this JsonObject obj) => obj["metadata"]?["labels"] as JsonObject;

    public static string? Label(this JsonObject obj, string name) => JsonTree.Text(obj.LabelsOf()?[name]);

    public static string? Annotation(this JsonObject obj, string name) => JsonTree.Text((obj["metadata"]?["annotations"] as JsonObject)?[name]);

    public static void Annotate(this JsonObject obj, string name, string value) =>
        JsonTree.Child(JsonTree.Child(obj, "metadata"), "annotations")[name] = value;

    public static JsonObject? SpecOf(this JsonObject obj) => obj["spec"] as JsonObject;

    public static JsonObject? StatusOf(this JsonObject obj) => obj["status"] as JsonObject;

    public static JsonNode? Spec(this JsonObject obj, params ReadOnlySpan<string> path) => JsonTree.At(obj["spec"], path);

    public static JsonNode? Status(this JsonObject obj, params ReadOnlySpan<string> path) => JsonTree.At(obj["status"], path);

    public static int Int(this JsonNode? node, int otherwise = 0) => JsonTree.Number(node) is { } n ? (int)Math.Clamp(n, int.MinValue, int.MaxValue) : otherwise;

    public static bool IsTrue(this JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var b) && b;

    public static IEnumerable<JsonObject> Items(this JsonNode? array) => array is JsonArray items ? items.OfType<JsonObject>() : [];

    public static JsonObject? Condition(this JsonObject obj, string type) =>
        obj.Status("conditions").Items().FirstOrDefault(c => JsonTree.Text(c["type"]) == type);

    /// <summary>The owner reference that controls the object, if any.</summary>
    public static JsonObject? ControllerRef(this JsonObject obj) =>
        obj["metadata"]?["ownerReferences"].Items().FirstOrDefault(r => r["controller"].IsTrue());

    /// <summary>The name of the controlling owner when it is of this kind.</summary>
    public static string? ControlledBy(this JsonObject obj, string kind) =>
        obj.ControllerRef() is { } owner && JsonTree.Text(owner["kind"]) == kind ? JsonTree.Text(owner["name"]) : null;

    public static JsonObject OwnerReference(this JsonObject owner) => new()
    {
        ["apiVersion"] = JsonTree.Text(owner["apiVersion"]),
        ["kind"] = owner.KindOf(),
        ["name"] = owner.NameOf(),
        ["uid"] = owner.UidOf(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    /// <summary>Sets a count that the API leaves out when it is zero.</summary>
    public static void Put(JsonObject status, string field, int count)
    {
        status.Remove(field);
        if (count != 0)
        {
            status[field] = (long)count;
        }
    }

    /// <summary>Time as Kubernetes writes it, whole seconds.</summary>
    public static string Stamp(this TimeProvider clock) =>
        clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Time(this JsonNode? node) =>
        JsonTree.Text(node) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Sets a condition; lastTransitionTime moves only when the status does.</summary>
    /// <returns>Whether anything but times changed.</returns>
    public static bool SetCondition(JsonObject status, string type, string value, string now, string? reason = null, string? message = null)
    {
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        var old = conditions.Items().FirstOrDefault(c => JsonTree.Text(c["type"]) == type);
        var same = JsonTree.Text(old?["status"]) == value;
        if (old is not null && same && JsonTree.Text(old["reason"]) == reason && JsonTree.Text(old["message"]) == message)
        {
            return false;
        }

        var next = new JsonObject
        {
            ["type"] = type,
            ["status"] = value,
            ["lastTransitionTime"] = same ? JsonTree.Text(old!["lastTransitionTime"]) ?? now : now,
        };
        if (reason is not null)
        {
            next["reason"] = reason;
        }

        if (message is not null)
        {
            next["message"] = message;
        }

        if (old is null)
        {
            conditions.Add(next);
        }
        else
        {
            conditions[conditions.IndexOf(old)] = next;
        }

        return true;
    }
}
