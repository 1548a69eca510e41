namespace Kairship.Simulator.Objects;

/// <summary>One kind of resource as the API serves it.</summary>
/// <param name="Group">API group; empty for core.</param>
/// <param name="Version">Version of the group, for example <c>v1</c>.</param>
/// <param name="HasStatus">Whether <c>/status</c> is a subresource: then an ordinary write never changes the status.</param>
/// <param name="HasScale">Whether <c>/scale</c> is served.</param>
public sealed record ResourceType(
    string Group,
    string Version,
    string Kind,
    string Plural,
    string Singular,
    bool Namespaced,
    string[] ShortNames,
    bool HasStatus = false,
    bool HasScale = false)
{
    /// <summary><c>v1</c> or <c>apps/v1</c>, as objects carry it.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary><c>pods</c> or <c>deployments.apps</c>, as messages name it.</summary>
    public string QualifiedPlural => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>Named sets of kinds (<c>all</c>) that kubectl expands.</summary>
    public string[] Categories { get; init; } = [];

    /// <summary>What clients may do with it.</summary>
    public string[] Verbs { get; init; } = AllVerbs;

    /// <summary>For a version or group that is another view of stored objects: how to get there and back; null: it is what is stored.</summary>
    public Conversion? Conversion { get; init; }

    /// <summary>The group under which its objects are stored.</summary>
    public string StoredGroup => Conversion?.StoredGroup ?? Group;

    static readonly string[] AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>Schema of a custom resource's version (openAPIV3Schema); null for built-in kinds.</summary>
    public System.Text.Json.Nodes.JsonObject? CustomSchema { get; init; }

    /// <summary>Its definition is being deleted: nothing new is taken.</summary>
    public bool IsTerminating { get; init; }

    /// <summary>The version of a custom resource as its definition states it (columns, subresources); null for built-in kinds.</summary>
    public System.Text.Json.Nodes.JsonObject? CustomVersion { get; init; }
}

/// <summary>One view of objects that are stored as another version or in another group. Both ways copy.</summary>
public sealed record Conversion(
    string StoredGroup,
    Func<System.Text.Json.Nodes.JsonObject, System.Text.Json.Nodes.JsonObject> ToStored,
    Func<System.Text.Json.Nodes.JsonObject, System.Text.Json.Nodes.JsonObject> FromStored);
