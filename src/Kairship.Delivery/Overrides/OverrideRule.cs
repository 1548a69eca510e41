using System.Text.Json.Nodes;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Overrides;

public enum ImageComponent
{
    Registry,
    Repository,
    Tag,
}

public enum OverrideOperator
{
    Add,
    Remove,
    Replace,
}

/// <summary>Changes one part of the images in pod templates. <see cref="Container"/>, when given, restricts it to containers of that name.</summary>
public sealed record ImageOverrider(ImageComponent Component, OverrideOperator Operator, string? Value, string? Container = null)
{
    /// <summary>A JSON pointer to one image, for kinds whose pods are not found by their shape; null: all images of pod templates.</summary>
    public string? Path { get; init; }
}

/// <summary>Changes the command or the arguments of a container: add appends, remove takes out what is equal, replace sets the whole list.</summary>
public sealed record ListOverrider(string ContainerName, OverrideOperator Operator, IReadOnlyList<string> Value);

/// <summary>Changes labels or annotations of an object: add sets, replace sets what is there already, remove takes out the keys.</summary>
public sealed record MapOverrider(OverrideOperator Operator, IReadOnlyDictionary<string, string> Value);

/// <summary>One operation of a JSON patch (RFC 6902). <see cref="Path"/> is a JSON pointer; "-" at the end of a list appends.</summary>
public sealed record PatchOverrider(string Path, OverrideOperator Operator, JsonNode? Value = null);

public enum FieldFormat
{
    Json,
    Yaml,
}

/// <summary>Changes inside a text that is JSON or YAML itself, such as a file in a ConfigMap. Comments of YAML are lost.</summary>
public sealed record FieldOverrider(string FieldPath, FieldFormat Format, IReadOnlyList<PatchOverrider> Patches);

/// <summary>Which objects a rule is for; what is null does not count.</summary>
public sealed record ObjectSelector(string ApiVersion, string Kind, string? Namespace = null, string? Name = null, LabelSelector? LabelSelector = null);

public enum OverrideScope
{
    /// <summary>After those for the whole cluster.</summary>
    Namespaced,
    Cluster,
}

/// <summary>What differs in the clusters that the affinity selects. Its overriders act in the order of the properties here.</summary>
public sealed record OverrideRule(ClusterAffinity TargetCluster, IReadOnlyList<ImageOverrider> ImageOverriders)
{
    public IReadOnlyList<ListOverrider> CommandOverriders { get; init; } = [];
    public IReadOnlyList<ListOverrider> ArgsOverriders { get; init; } = [];
    public IReadOnlyList<MapOverrider> LabelsOverriders { get; init; } = [];
    public IReadOnlyList<MapOverrider> AnnotationsOverriders { get; init; } = [];
    public IReadOnlyList<FieldOverrider> FieldOverriders { get; init; } = [];

    /// <summary>JSON patches.</summary>
    public IReadOnlyList<PatchOverrider> PlaintextOverriders { get; init; } = [];

    /// <summary>For people, and for the order among rules that are equally specific.</summary>
    public string? Name { get; init; }

    public OverrideScope Scope { get; init; }

    /// <summary>The objects it is for; none: all of the application.</summary>
    public IReadOnlyList<ObjectSelector> ResourceSelectors { get; init; } = [];
}
