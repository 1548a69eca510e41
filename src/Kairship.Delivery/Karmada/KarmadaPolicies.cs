using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Karmada;

/// <summary>A PropagationPolicy or ClusterPropagationPolicy, as far as it is a placement.</summary>
/// <param name="Namespace">null for one of cluster scope.</param>
/// <param name="Objects">What it is for.</param>
public sealed record KarmadaPropagation(string Name, string? Namespace, IReadOnlyList<ObjectSelector> Objects, PlacementPolicy Placement);

/// <summary>What Karmada's policies in a text say, in Kairship's words.</summary>
/// <param name="Overrides">The rules of all OverridePolicies and ClusterOverridePolicies, with scope and name.</param>
/// <param name="Notes">What was read and has no effect here, as sentences.</param>
public sealed record KarmadaPolicies(IReadOnlyList<KarmadaPropagation> Propagations, IReadOnlyList<OverrideRule> Overrides, IReadOnlyList<string> Notes)
{
    /// <summary>Whether one of the policies names objects that are among the manifests of an application.</summary>
    /// <param name="ns">Where objects without a namespace go.</param>
    public bool Selects(IReadOnlyList<Manifest> manifests, string ns) =>
        Propagations.Any(p => p.Objects.Any(o => manifests.Any(m => (p.Namespace is null || (m.Ref.Namespace ?? ns) == p.Namespace) && OverrideOrder.Selects(o, m))))
        || Overrides.Any(r => r.ResourceSelectors.Any(o => manifests.Any(m => OverrideOrder.Selects(o, m))));

    /// <summary>
    /// The application with the placement of the only propagation, and these overrides after its own. Rules of the same scope and name are replaced, so that the same
    /// policies twice change nothing.
    /// </summary>
    /// <exception cref="ApplicationYamlException">There are several propagations, or the result is not valid.</exception>
    public Application ApplyTo(Application application)
    {
        if (Propagations.Count > 1)
        {
            throw new ApplicationYamlException(
                [new ApplicationProblem("", $"There are {Propagations.Count} propagation policies ({string.Join(", ", Propagations.Select(p => p.Name))}); an application has one placement: keep the one that is for it.")]);
        }

        var result = application with
        {
            Placement = Propagations.Count == 1 ? Propagations[0].Placement : application.Placement,
            Overrides = [.. application.Overrides.Where(mine => !Overrides.Any(o => o.Name == mine.Name && o.Scope == mine.Scope)), .. Overrides],
        };
        var problems = ApplicationValidator.Validate(result);
        return problems.Count == 0 ? result : throw new ApplicationYamlException(problems);
    }
}
