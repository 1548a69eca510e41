namespace Kairship.Delivery.Applications;

/// <summary>Objects that exist already and were not made by a release of this application.</summary>
public enum AdoptionRule
{
    /// <summary>A release that names one is refused, unless the object's manifest asks for its adoption.</summary>
    Never,

    /// <summary>Taken over, unless another application of Kairship has them: those must be named one by one (<see cref="Plans.KairshipLabels.AdoptFrom"/>).</summary>
    Unowned,
}

/// <summary>Fields that another manager owns with another value.</summary>
public enum ConflictRule
{
    /// <summary>A release that sets one is refused, with the manager and the field.</summary>
    Fail,

    /// <summary>Taken over.</summary>
    Force,
}

/// <summary>Changes of fields that cannot be changed on an object that exists.</summary>
public enum RecreateRule
{
    Never,

    /// <summary>The object is deleted and created anew; never a Namespace, a CustomResourceDefinition or a volume (claim), whose manifest must allow it itself.</summary>
    Allowed,
}

/// <summary>What a release may do to objects beyond changing what is its own. The default is: nothing.</summary>
public sealed record ApplyPolicy
{
    public AdoptionRule Adopt { get; init; }
    public ConflictRule Conflicts { get; init; }
    public RecreateRule Recreate { get; init; }
}
