using Kairship.Delivery.Applications;
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
    /// <summary>The application with the placement of the only propagation, and these overrides after its own.</summary>
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
            Overrides = [.. application.Overrides, .. Overrides],
        };
        var problems = ApplicationValidator.Validate(result);
        return problems.Count == 0 ? result : throw new ApplicationYamlException(problems);
    }
}
