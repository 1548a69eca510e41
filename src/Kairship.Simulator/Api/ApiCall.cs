using System.Text.Json.Nodes;
using Kairship.Simulator.Apply;
using Kairship.Simulator.Objects;
using Kairship.Simulator.Schema;
using Microsoft.AspNetCore.Http;

namespace Kairship.Simulator.Api;

/// <summary>One request on a resource that is served.</summary>
internal sealed record ApiCall(HttpContext Http, ApiPath Path, ResourceType Type)
{
    public IQueryCollection Query => Http.Request.Query;

    /// <summary>How the client wants its answer.</summary>
    public required Representation Representation { get; init; }

    public CancellationToken Aborted => Http.RequestAborted;

    public SchemaNode Schema => Schemas.Of(Type);

    /// <summary>Key of the named object.</summary>
    public ObjectKey Key => KeyOf(Path.Name!);

    /// <summary>Writes are checked and answered but not kept.</summary>
    public bool DryRun => Query["dryRun"] is [{ Length: > 0 }, ..];

    /// <summary>The manager that this request's changes belong to.</summary>
    public FieldManager Manager(string operation) => new(ManagerName(), operation, Type.ApiVersion, Path.Subresource);

    public ObjectKey KeyOf(string name) => new(Type.StoredGroup, Type.Plural, Path.Namespace, name);

    /// <summary>A stored object in the version of this request.</summary>
    public JsonObject Served(JsonObject stored) => Type.Conversion is { } conversion ? conversion.FromStored(stored) : stored;

    /// <summary>An object of this request's version as it is stored.</summary>
    public JsonObject Stored(JsonObject served) => Type.Conversion is { } conversion ? conversion.ToStored(served) : served;

    public void Warn(string text) => Http.Response.Headers.Append("Warning", $"299 - \"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");

    public bool Flag(string name) => Query.ContainsKey(name) && RequestOptions.Flag(Query[name][0]);

    /// <summary>The refusal of an option of this request.</summary>
    public ApiException Options(string field, string reason, string message)
    {
        var kind = Http.Request.Method switch
        {
            "POST" => "CreateOptions",
            "PUT" => "UpdateOptions",
            "PATCH" => "PatchOptions",
            _ => "DeleteOptions",
        };
        return new ApiException(422, "Invalid", $"{kind}.meta.k8s.io \"\" is invalid: {field}: {message}", new JsonObject
        {
            ["group"] = "meta.k8s.io",
            ["kind"] = kind,
            ["causes"] = new JsonArray(new JsonObject { ["reason"] = reason, ["message"] = message, ["field"] = field }),
        });
    }

    string ManagerName()
    {
        if (Query["fieldManager"] is [{ Length: > 0 } name])
            return name;
        var agent = Http.Request.Headers.UserAgent.ToString();
        return agent.Length == 0 ? "unknown" : agent.Split('/')[0];
    }
}
