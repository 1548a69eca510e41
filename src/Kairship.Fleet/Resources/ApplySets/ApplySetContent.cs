using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Resources.ApplySets;

/// <summary>A group and a kind, "Deployment.apps" or "Service".</summary>
internal readonly record struct GroupKind(string Group, string Kind)
{
    public static GroupKind Of(ObjectRef reference) => new(reference.Group, reference.Kind);

    public static GroupKind Of(ObjectKind kind) => Of(new ObjectRef(kind.ApiVersion, kind.Kind, null, ""));

    public static GroupKind Parse(string text) =>
        text.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? new(text[(dot + 1)..], text[..dot]) : new("", text);

    public override string ToString() => Group.Length == 0 ? Kind : $"{Kind}.{Group}";
}

/// <summary>What a set's parent says about its members. Holding too much is harmless, too little hides members from pruning: grown before anything is applied, shrunk after all is pruned.</summary>
/// <param name="Namespaces">The parent's own among them, when members live there.</param>
internal sealed record ApplySetContent(IReadOnlySet<GroupKind> Kinds, IReadOnlySet<string> Namespaces)
{
    public static ApplySetContent Empty { get; } = new(new HashSet<GroupKind>(), new HashSet<string>(StringComparer.Ordinal));

    public static ApplySetContent Of(IEnumerable<ObjectRef> members)
    {
        var all = members.ToList();
        return new ApplySetContent(all.Select(GroupKind.Of).ToHashSet(), all.Select(m => m.Namespace).OfType<string>().ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>As a parent has it.</summary>
    public static ApplySetContent Read(ApplySet set, JsonObject parent) => new(
        Words(parent, ApplySet.GroupKinds).Select(GroupKind.Parse).ToHashSet(),
        Words(parent, ApplySet.AdditionalNamespaces).Append(set.Namespace).ToHashSet(StringComparer.Ordinal));

    public ApplySetContent With(ApplySetContent other) =>
        new(Kinds.Union(other.Kinds).ToHashSet(), Namespaces.Union(other.Namespaces).ToHashSet(StringComparer.Ordinal));

    public bool Holds(ApplySetContent other) => Kinds.IsSupersetOf(other.Kinds) && Namespaces.IsSupersetOf(other.Namespaces);

    public string KindsText => string.Join(',', Kinds.Select(k => k.ToString()).Order(StringComparer.Ordinal));

    /// <summary>But for the parent's own, as the specification wants it.</summary>
    public string NamespacesText(ApplySet set) => string.Join(',', Namespaces.Where(n => n != set.Namespace).Order(StringComparer.Ordinal));

    private static string[] Words(JsonObject parent, string annotation) =>
        (OwnershipLabels.AnnotationOf(parent, annotation) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
