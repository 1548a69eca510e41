using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;

namespace Kairship.Delivery.Rollouts;

/// <summary>Sorts a target's objects, seen from stable, into what is tried, copied, added and left for promotion.</summary>
internal sealed class CanaryTrial
{
    // New objects of these kinds cannot change what runs already, and pods on trial may need them.
    private static readonly HashSet<string> AddedKinds =
    [
        "/ServiceAccount", "/ConfigMap", "/Secret", "/PersistentVolumeClaim", "/Service", "apps/Deployment",
        "rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/RoleBinding",
    ];

    private readonly string _releaseId;
    private readonly Dictionary<string, Manifest> _stable;
    private readonly IReadOnlyList<Manifest> _target;
    private readonly Dictionary<string, string> _renamed = [];

    public CanaryTrial(string releaseId, IReadOnlyList<Manifest> stable, IReadOnlyList<Manifest> target)
    {
        _releaseId = releaseId;
        _target = target;
        _stable = stable.ToDictionary(m => m.Ref.Identity);
        var taken = stable.Concat(target).Select(m => m.Ref.Identity).ToHashSet();
        var changedConfig = target.Where(m => IsConfig(m.Ref) && Before(m) is { } before && !SameContent(before, m)).ToList();
        var changed = changedConfig.Select(m => m.Ref.Identity).ToHashSet();
        Canaried = target.Where(m => WorkloadKey.IsDeployment(m.Ref) && Before(m) is { } before && (!SameTemplate(before, m) || RefersTo(m, changed))).ToList();
        Added = target.Where(m => Before(m) is null && AddedKinds.Contains($"{m.Ref.Group}/{m.Ref.Kind}")).ToList();
        var pods = Canaried.Concat(Added.Where(m => WorkloadKey.IsDeployment(m.Ref))).ToList();
        Copied = changedConfig.Where(config => pods.Exists(pod => RefersTo(pod, [config.Ref.Identity]))).ToList();
        foreach (var original in Canaried.Concat(Copied))
        {
            var name = CanaryBuilder.FreeName(original.Ref.Name, candidate => taken.Contains((original.Ref with { Name = candidate }).Identity));
            taken.Add((original.Ref with { Name = name }).Identity);
            _renamed[original.Ref.Identity] = name;
        }
    }

    /// <summary>Deployments that exist and whose pods would change.</summary>
    public IReadOnlyList<Manifest> Canaried { get; }

    /// <summary>Objects that do not exist yet and may be there under their own name.</summary>
    public IReadOnlyList<Manifest> Added { get; }

    /// <summary>ConfigMaps and Secrets that exist with other content and that pods on trial refer to.</summary>
    public IReadOnlyList<Manifest> Copied { get; }

    public Manifest Canary(Manifest deployment, int replicas)
    {
        var json = Marked(deployment, _renamed[deployment.Ref.Identity]);
        var spec = PodTemplates.Ensure(json, "spec");
        spec["replicas"] = PodTemplates.Number(replicas);
        PodTemplates.Ensure(PodTemplates.Ensure(spec, "selector"), "matchLabels")[KairshipLabels.Track] = KairshipLabels.Canary;
        var template = PodTemplates.Ensure(spec, "template");
        PodTemplates.Ensure(PodTemplates.Ensure(template, "metadata"), "labels")[KairshipLabels.Track] = KairshipLabels.Canary;
        Rewire(json, deployment.Ref.Namespace);
        return Manifest.From(json);
    }

    public Manifest UnderOwnName(Manifest added, int? replicas)
    {
        var json = Marked(added, added.Ref.Name);
        if (WorkloadKey.IsDeployment(added.Ref))
        {
            Rewire(json, added.Ref.Namespace);
            if (replicas is { } count)
            {
                PodTemplates.Ensure(json, "spec")["replicas"] = PodTemplates.Number(count);
            }
        }

        return Manifest.From(json);
    }

    public Manifest Copy(Manifest config) => Manifest.From(Marked(config, _renamed[config.Ref.Identity]));

    public IEnumerable<string> NotCanaried()
    {
        var tried = Canaried.Concat(Added).Concat(Copied).Select(m => m.Ref.Identity).ToHashSet();
        var later = _target.Where(m => !tried.Contains(m.Ref.Identity));
        var wanted = _target.Select(m => m.Ref.Identity).ToHashSet();
        return later.Select(m => Why(m, Before(m)) is { } why ? $"{WorkloadKey.Of(m.Ref)}: {why}" : null).OfType<string>()
            .Concat(_stable.Values.Where(m => !wanted.Contains(m.Ref.Identity)).Select(m => $"{WorkloadKey.Of(m.Ref)}: is removed only after promotion."));
    }

    private static string? Why(Manifest after, Manifest? before)
    {
        if (before is null)
        {
            return "is new and is created only at promotion: this kind is not tried beside the stable objects.";
        }

        if (JsonNode.DeepEquals(before.Json, after.Json))
        {
            return null;
        }

        return (after.Ref.Group, after.Ref.Kind) switch
        {
            ("apps", "Deployment") => "changes only at promotion: its pods stay the same, so that there is nothing to try.",
            ("apps", "StatefulSet") => "changes only at promotion: its pods own identities and volumes, which two revisions cannot share.",
            ("apps", "DaemonSet") => "changes only at promotion: it runs once on every node, so that a second one would double it.",
            ("", "ConfigMap" or "Secret") => "changes only at promotion: no Deployment on trial refers to it.",
            _ => "changes only at promotion: stable pods use it as it is.",
        };
    }

    private JsonObject Marked(Manifest manifest, string name)
    {
        var json = (JsonObject)manifest.Json.DeepClone();
        var metadata = PodTemplates.Ensure(json, "metadata");
        metadata["name"] = name;
        var labels = PodTemplates.Ensure(metadata, "labels");
        labels[KairshipLabels.Track] = KairshipLabels.Canary;
        labels[KairshipLabels.Release] = _releaseId;
        return json;
    }

    private void Rewire(JsonObject json, string? space)
    {
        foreach (var pod in PodTemplates.Specs(json))
        {
            ConfigReferences.Rewrite(pod, (kind, name) => _renamed.GetValueOrDefault(ConfigIdentity(kind, space, name), name));
        }
    }

    private Manifest? Before(Manifest manifest) => _stable.GetValueOrDefault(manifest.Ref.Identity);

    private static bool RefersTo(Manifest workload, HashSet<string> configs) => PodTemplates.Specs(workload.Json)
        .Any(pod => ConfigReferences.Any(pod, (kind, name) => configs.Contains(ConfigIdentity(kind, workload.Ref.Namespace, name))));

    private static string ConfigIdentity(string kind, string? space, string name) => new ObjectRef("v1", kind, space, name).Identity;

    private static bool IsConfig(ObjectRef reference) => reference is { Group: "", Kind: "ConfigMap" or "Secret" };

    private static bool SameContent(Manifest before, Manifest after) =>
        new[] { "data", "binaryData", "stringData", "type" }.All(part => JsonNode.DeepEquals(before.Json[part], after.Json[part]));

    private static bool SameTemplate(Manifest before, Manifest after) =>
        JsonNode.DeepEquals(PodTemplates.At(before.Json, "spec", "template"), PodTemplates.At(after.Json, "spec", "template"));
}
