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

/// <summary>Changes one part of the images in pod templates. <see cref="Image"/>, when given, restricts it to containers of that name.</summary>
public sealed record ImageOverrider(ImageComponent Component, OverrideOperator Operator, string? Value, string? Container = null);

/// <summary>What differs in the clusters that the affinity selects.</summary>
public sealed record OverrideRule(ClusterAffinity TargetCluster, IReadOnlyList<ImageOverrider> ImageOverriders);
