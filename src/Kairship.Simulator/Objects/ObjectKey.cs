namespace Kairship.Simulator.Objects;

/// <summary>Where an object is stored. The version is not part of it: all versions of a kind are one object.</summary>
/// <param name="Namespace">Null for cluster-scoped objects.</param>
public readonly record struct ObjectKey(string Group, string Plural, string? Namespace, string Name)
{
    /// <summary><c>pods</c> or <c>deployments.apps</c>, as messages name it.</summary>
    public string QualifiedPlural => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public override string ToString() => Namespace is null ? $"{QualifiedPlural}/{Name}" : $"{QualifiedPlural}/{Namespace}/{Name}";
}
