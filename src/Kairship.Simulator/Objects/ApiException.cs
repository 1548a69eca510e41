using System.Text.Json.Nodes;

namespace Kairship.Simulator.Objects;

/// <summary>A request that is refused; becomes a Kubernetes <c>Status</c> answer. Codes, reasons and messages are those of a real API server.</summary>
public sealed class ApiException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    public string Reason { get; } = reason;

    public JsonObject? Details { get; } = details;

    /// <summary>Seconds for the <c>Retry-After</c> header, where the answer has one.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Token with which a list that is too old can go on, at the price of its consistency.</summary>
    public string? Continue { get; init; }

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = Continue is null ? [] : new JsonObject { ["continue"] = Continue },
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0)
            status["reason"] = Reason;
        if (Details is not null)
            status["details"] = Details.DeepClone();
        status["code"] = Code;
        return status;
    }

    public static ApiException NotFound(ObjectKey key) =>
        new(404, "NotFound", $"{key.QualifiedPlural} \"{key.Name}\" not found", Describe(key));

    public static ApiException AlreadyExists(ObjectKey key) =>
        new(409, "AlreadyExists", $"{key.QualifiedPlural} \"{key.Name}\" already exists", Describe(key));

    public static ApiException Conflict(ObjectKey key, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {key.QualifiedPlural} \"{key.Name}\": {why}", Describe(key));

    public static ApiException Modified(ObjectKey key) =>
        Conflict(key, "the object has been modified; please apply your changes to the latest version and try again");

    /// <summary>The name is free only once the old object is gone.</summary>
    public static ApiException StillDeleting(ObjectKey key) =>
        new(409, "AlreadyExists", $"object is being deleted: {key.QualifiedPlural} \"{key.Name}\" already exists", Describe(key));

    /// <summary>What a real API server answers where an error of its storage has no code of its own: 500 without a reason.</summary>
    public static ApiException Unclassified(string message) => new(500, "", message);

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Forbidden(ObjectKey key, string why) =>
        new(403, "Forbidden", $"{key.QualifiedPlural} \"{key.Name}\" is forbidden: {why}", Describe(key));

    public static ApiException Gone(string message) => new(410, "Expired", message);

    static JsonObject Describe(ObjectKey key)
    {
        var details = new JsonObject { ["name"] = key.Name };
        if (key.Group.Length > 0)
            details["group"] = key.Group;
        details["kind"] = key.Plural;
        return details;
    }
}
