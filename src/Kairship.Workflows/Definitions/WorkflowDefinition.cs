using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>
/// A workflow definition in Elsa 3's JSON, as a document: everything in it survives reading and writing, known or not. Immutable. What it means is
/// <see cref="DefinitionCompiler"/>'s to find out.
/// </summary>
public sealed class WorkflowDefinition
{
    /// <summary>Bytes of UTF-8 that a definition may have.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 512 };
    private static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };

    private readonly JsonObject json;
    private readonly Lazy<string> contentHash;

    private WorkflowDefinition(JsonObject json, bool? publish)
    {
        DefinitionJson.WriteNodeIds(json);
        this.json = json;
        PublishRequested = publish;
        contentHash = new Lazy<string>(() => DefinitionJson.Hash(json));
    }

    /// <summary>The id of this version ("id" in the JSON).</summary>
    public string? VersionId => Text("id");

    public string? DefinitionId => Text("definitionId");

    public string? Name => Text("name");

    public string? Description => Text("description");

    /// <summary>1 when the document does not say.</summary>
    public int Version => json["version"] is JsonValue v && v.TryGetValue<int>(out var number) ? number : 1;

    public bool IsLatest => Flag("isLatest");

    public bool IsPublished => Flag("isPublished");

    /// <summary>It says that it is not published, other than saying nothing.</summary>
    internal bool SaysUnpublished => json["isPublished"] is JsonValue v && v.GetValueKind() == JsonValueKind.False;

    public bool IsReadonly => Flag("isReadonly");

    public bool IsSystem => Flag("isSystem");

    /// <summary>The "publish" of a save request <c>{model, publish}</c>; null when the document was a bare definition.</summary>
    public bool? PublishRequested { get; }

    /// <summary>Lower-case hex SHA-256 of the content: the same for two documents that differ only in what a save changes by itself (id, version,
    /// createdAt, isLatest, isPublished, toolVersion, links, nodeIds), in the order of names, or in null or a false flag against absent.</summary>
    public string ContentHash => contentHash.Value;

    /// <summary>The document. Shared: read it, clone it, never change it.</summary>
    internal JsonObject Json => json;

    /// <summary>Reads a bare definition or a save request <c>{model, publish}</c>; names in any case.</summary>
    /// <exception cref="DefinitionFormatException">It is no JSON object with a root activity, or larger than <see cref="MaxBytes"/>.</exception>
    public static WorkflowDefinition Parse(string text)
    {
        if (text.Length > MaxBytes || Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            throw Wrong(ProblemCode.TooLarge, $"The definition is larger than {MaxBytes / 1024 / 1024} MB.");
        }

        JsonNode? node;
        try
        {
            node = DefinitionJson.Parse(text);
        }
        catch (JsonException e)
        {
            throw Wrong(ProblemCode.Json, $"The definition is not JSON: {e.Message}", e);
        }

        if (node is not JsonObject o)
        {
            throw Wrong(ProblemCode.Json, "A definition is a JSON object with a root activity.");
        }

        bool? publish = null;
        if (DefinitionJson.Find(o, "model") is JsonObject model)
        {
            publish = DefinitionJson.Find(o, "publish") is JsonValue p && p.GetValueKind() == JsonValueKind.True;
            o = (JsonObject)model.DeepClone();
        }

        return Normalise(o)["root"] is JsonObject
            ? new WorkflowDefinition(o, publish)
            : throw Wrong(ProblemCode.MissingProperty, "The definition has no root activity: expected \"root\": {\"type\": \"Elsa.Flowchart\", ...}.", property: "root");
    }

    /// <summary>A copy with these properties of its identity set. A null leaves what is there.</summary>
    public WorkflowDefinition With(
        string? versionId = null, string? definitionId = null, int? version = null, bool? isLatest = null, bool? isPublished = null,
        DateTimeOffset? createdAt = null, string? name = null)
    {
        var copy = (JsonObject)json.DeepClone();
        Set(copy, "id", versionId);
        Set(copy, "definitionId", definitionId);
        Set(copy, "name", name);
        Set(copy, "version", version);
        Set(copy, "isLatest", isLatest);
        Set(copy, "isPublished", isPublished);
        Set(copy, "createdAt", createdAt);
        return new WorkflowDefinition(copy, PublishRequested);
    }

    /// <summary>A copy that is neither read-only nor the system's.</summary>
    public WorkflowDefinition Editable()
    {
        if (!IsReadonly && !IsSystem)
        {
            return this;
        }

        var copy = (JsonObject)json.DeepClone();
        Set<bool?>(copy, "isReadonly", IsReadonly ? false : null);
        Set<bool?>(copy, "isSystem", IsSystem ? false : null);
        return new WorkflowDefinition(copy, PublishRequested);
    }

    /// <summary>Activities right below this one, with the name of the property that holds them.</summary>
    public static IEnumerable<(string Property, JsonObject Activity)> ChildrenOf(JsonObject activity) => DefinitionJson.Children(activity);

    /// <summary>The document as a tree of the caller's own.</summary>
    public JsonObject ToJsonObject() => (JsonObject)json.DeepClone();

    /// <summary>The document as text: camelCase, everything that was read, nodeIds computed anew.</summary>
    public string ToJson(bool indented = false) => json.ToJsonString(indented ? Indented : Compact);

    public override string ToString() => $"{DefinitionId} version {Version}";

    private static JsonObject Normalise(JsonObject o)
    {
        try
        {
            return DefinitionJson.Normalise(o);
        }
        catch (ArgumentException e)
        {
            throw Wrong(ProblemCode.Json, $"A property is there twice, in two cases: {e.Message}", e);
        }
    }

    private static void Set<T>(JsonObject target, string name, T? value)
    {
        if (value is not null)
        {
            target[name] = JsonValue.Create(value);
        }
    }

    private string? Text(string name) => json[name] is { } node ? TypedValue.Text(node) : null;

    private bool Flag(string name) => json[name] is JsonValue v && v.GetValueKind() == JsonValueKind.True;

    private static DefinitionFormatException Wrong(string code, string message, Exception? inner = null, string? property = null) =>
        new(new DefinitionProblem(null, property, code, message, true), inner);
}
