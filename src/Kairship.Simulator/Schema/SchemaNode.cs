using System.Text.Json.Nodes;

namespace Kairship.Simulator.Schema;

/// <summary>What a field may hold.</summary>
internal enum SchemaKind
{
    /// <summary>Anything: objects merge by key, lists are replaced.</summary>
    Any,

    /// <summary>An object with declared fields.</summary>
    Struct,

    /// <summary>An object with free keys.</summary>
    Map,
    List,
    String,
    Integer,
    Number,
    Boolean,
    Time,
    Quantity,
    IntOrString,
    Bytes,
}

/// <summary>The schema of one place in an object: its kind, and how two writers' values are merged there.</summary>
internal sealed class SchemaNode(SchemaKind kind)
{
    public static SchemaNode Any { get; } = new(SchemaKind.Any);

    public SchemaKind Kind { get; } = kind;

    /// <summary>Name of the type of a struct, for messages and documents.</summary>
    public string? TypeName { get; init; }

    /// <summary>Declared fields of a struct; filled once while the schema is built.</summary>
    public IReadOnlyDictionary<string, SchemaNode> Fields { get; set; } = new Dictionary<string, SchemaNode>();

    /// <summary>Element of a list or a map.</summary>
    public SchemaNode? Element { get; init; }

    /// <summary>Replaced as a whole, with one owner.</summary>
    public bool Atomic { get; init; }

    /// <summary>Fields that identify an element of a list; empty when the list is a set or is atomic.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>Field that identifies an element of a list in strategic merge patches; null where they replace the list or merge it by value.</summary>
    public string? PatchKey { get; init; }

    /// <summary>How a strategic merge patch treats this list, in the words of x-kubernetes-patch-strategy; null when it replaces it.</summary>
    public string? PatchStrategy { get; init; }

    /// <summary>Fields of a struct in which a patch by kubectl keeps only the keys it names.</summary>
    public IReadOnlyList<string> RetainsKeys { get; init; } = [];

    /// <summary>A list of scalars that are merged by value.</summary>
    public bool IsSet { get; init; }

    /// <summary>Undeclared fields are kept (custom resources).</summary>
    public bool PreserveUnknown { get; set; }

    /// <summary>Default of a custom resource's field.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>A custom resource's field that may be null.</summary>
    public bool Nullable => Custom?["nullable"] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    /// <summary>The schema text of a custom resource's field, for validation.</summary>
    public JsonObject? Custom { get; init; }

    /// <summary>Whether elements of this list are merged one by one.</summary>
    public bool IsAssociative => Kind == SchemaKind.List && !Atomic && (IsSet || Keys.Count > 0);

    /// <summary>The schema under a field name; <see cref="Any"/> where nothing is declared.</summary>
    public SchemaNode Field(string name) => Kind switch
    {
        SchemaKind.Struct => Fields.TryGetValue(name, out var field) ? field : Any,
        SchemaKind.Map => Element!,
        _ => Any,
    };

    /// <summary>Whether the name is declared, rather than a free key.</summary>
    public bool Declares(string name) => Kind == SchemaKind.Struct && Fields.ContainsKey(name);
}
