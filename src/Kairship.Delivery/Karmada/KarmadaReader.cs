using System.Text.Json.Nodes;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Overrides;
using Kairship.Delivery.Placement;

namespace Kairship.Delivery.Karmada;

/// <summary>
/// Reads Karmada's policies (policy.karmada.io/v1alpha1) for those who come from there. What would change what happens and is not known here is refused with its path; what
/// Kairship does in another way is noted.
/// </summary>
public static class KarmadaReader
{
    public const string ApiVersion = "policy.karmada.io/v1alpha1";

    private const string TaintPrefix = "cluster.karmada.io/";
    private const string OwnTaintPrefix = "kairship.io/";

    private static readonly ManifestLimits Limits = new() { MaxBytes = 1024 * 1024, MaxDepth = 32, MaxNodes = 50_000 };

    // Said by Kairship elsewhere, or by its workflows: reading on is safe.
    private static readonly (string Field, string Instead)[] Noted =
    [
        ("propagateDeps", "an application's manifests hold what it depends on"),
        ("association", "an application's manifests hold what it depends on"),
        ("dependentOverrides", "a plan is made with all overrides at once"),
        ("priority", "an application has one placement"),
        ("preemption", "an application has one placement"),
        ("schedulerName", "there is one scheduler"),
        ("schedulePriority", "applications are decided in the order in which they are released"),
        ("conflictResolution", "spec.apply of the application says it"),
        ("activationPreference", "a release is started by somebody"),
        ("preserveResourcesOnDeletion", "removing an application asks what becomes of its objects"),
        ("failover", "spec.failover of the application says it, with tolerationSeconds and purgeMode"),
    ];

    /// <exception cref="ApplicationYamlException">It is not YAML, holds something else than policies, or says something that is not supported; with all problems.</exception>
    public static KarmadaPolicies Read(string yamlOrJson)
    {
        var problems = new List<ApplicationProblem>();
        var (propagations, overrides, notes) = (new List<KarmadaPropagation>(), new List<OverrideRule>(), new List<string>());
        var documents = Documents(yamlOrJson);
        for (var i = 0; i < documents.Count; i++)
        {
            var where = documents.Count == 1 ? "" : $"document {documents[i].Index}";
            FieldReader.Read(documents[i].Root, where, problems, root => Policy(root, propagations, overrides, notes));
        }

        if (problems.Count == 0)
        {
            Validate(propagations, overrides, problems);
        }

        return problems.Count == 0 ? new KarmadaPolicies(propagations, overrides, notes) : throw new ApplicationYamlException(problems);
    }

    private static List<SourceDocument> Documents(string text)
    {
        try
        {
            var documents = ManifestParser.ReadDocuments(text, Limits).Where(d => d.Root is not null).ToList();
            return documents.Count > 0 ? documents : throw new ApplicationYamlException([new ApplicationProblem("", $"There is no policy of {ApiVersion} in the text.")]);
        }
        catch (ManifestException e)
        {
            throw new ApplicationYamlException([new ApplicationProblem("", e.Message)], e);
        }
    }

    private static object Policy(FieldReader root, List<KarmadaPropagation> propagations, List<OverrideRule> overrides, List<string> notes)
    {
        var (version, kind) = (root.Required("apiVersion"), root.Required("kind"));
        var (name, space) = root.Object("metadata", Metadata) is { } metadata ? (metadata.Name, metadata.Namespace) : ("", null);
        root.Node("status");
        var isCluster = kind.StartsWith("Cluster", StringComparison.Ordinal);
        if (version.Length > 0 && version != ApiVersion)
        {
            root.Problem("apiVersion", $"is '{version}'; policies are read from '{ApiVersion}'.");
        }

        switch (kind)
        {
            case "PropagationPolicy" or "ClusterPropagationPolicy":
                if (root.Object("spec", spec => Propagation(spec, name, isCluster ? null : space, notes)) is { } propagation)
                {
                    propagations.Add(propagation);
                }

                break;
            case "OverridePolicy" or "ClusterOverridePolicy":
                overrides.AddRange(root.Object("spec", spec => Overrides(spec, name, isCluster)) ?? []);
                break;
            default:
                root.Problem("kind", $"is '{kind}'; PropagationPolicy, ClusterPropagationPolicy, OverridePolicy and ClusterOverridePolicy can be read.");
                root.Node("spec");
                break;
        }

        return root;
    }

    private static Named Metadata(FieldReader metadata)
    {
        foreach (var field in (string[])["labels", "annotations", "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "finalizers"])
        {
            metadata.Node(field);
        }

        return new Named(metadata.Required("name"), metadata.Text("namespace"));
    }

    private static KarmadaPropagation Propagation(FieldReader spec, string name, string? space, List<string> notes)
    {
        foreach (var (field, instead) in Noted)
        {
            if (spec.Node(field) is not null)
            {
                notes.Add($"{name}: {field} has no effect here: {instead}.");
            }
        }

        if (spec.Node("suspension") is JsonObject { Count: > 0 })
        {
            spec.Problem("suspension", "is not supported: pause the release, or leave the clusters out of the placement.");
        }

        var objects = spec.Objects("resourceSelectors", OverrideFields.ReadObject) ?? [];
        return new KarmadaPropagation(name, space, objects, WithOwnTaints(spec.Object("placement", PlacementFields.Read) ?? new PlacementPolicy(), name, notes));
    }

    // Karmada taints clusters by its own keys; here the same troubles have ours.
    private static PlacementPolicy WithOwnTaints(PlacementPolicy placement, string name, List<string> notes) => placement with
    {
        ClusterTolerations = [.. placement.ClusterTolerations.Select(toleration =>
        {
            if (toleration.Key is not { } key || !key.StartsWith(TaintPrefix, StringComparison.Ordinal))
            {
                return toleration;
            }

            var own = OwnTaintPrefix + key[TaintPrefix.Length..];
            notes.Add($"{name}: the toleration of {key} is read as one of {own}, as such taints are called here.");
            return toleration with { Key = own };
        })],
    };

    private static List<OverrideRule> Overrides(FieldReader spec, string name, bool isCluster)
    {
        var objects = spec.Objects("resourceSelectors", OverrideFields.ReadObject) ?? [];
        var rules = (spec.Objects("overrideRules", Rule) ?? []).ToList();
        if (spec.Has("overriders") || spec.Has("targetCluster"))
        {
            // The form before overrideRules.
            var target = spec.Object("targetCluster", SelectorFields.Affinity) ?? new ClusterAffinity();
            rules.Insert(0, spec.Object("overriders", o => OverrideFields.Overriders(o, target)) ?? new OverrideRule(target, []));
        }

        if (rules.Count == 0)
        {
            spec.Problem("overrideRules", "is missing or empty: the policy changes nothing.");
        }

        return rules.ConvertAll(rule => rule with { Name = name, Scope = isCluster ? OverrideScope.Cluster : OverrideScope.Namespaced, ResourceSelectors = objects });
    }

    private static OverrideRule Rule(FieldReader rule)
    {
        var target = rule.Object("targetCluster", SelectorFields.Affinity) ?? new ClusterAffinity();
        return rule.Object("overriders", overriders => OverrideFields.Overriders(overriders, target)) ?? new OverrideRule(target, []);
    }

    // The rules of an application, told with the policy's name instead of the application's paths.
    private static void Validate(List<KarmadaPropagation> propagations, List<OverrideRule> overrides, List<ApplicationProblem> problems)
    {
        foreach (var propagation in propagations)
        {
            var check = new ProblemList();
            PlacementRules.Check(propagation.Placement, check);
            problems.AddRange(check.Problems.Select(p => p with { Path = $"{propagation.Name}: {p.Path}" }));
        }

        var rules = new ProblemList();
        OverrideRules.Check(overrides, rules);
        problems.AddRange(rules.Problems.Select(p => p with { Path = p.Path.Replace("spec.overrides", "overrideRules", StringComparison.Ordinal) }));
    }

    private sealed record Named(string Name, string? Namespace);
}
