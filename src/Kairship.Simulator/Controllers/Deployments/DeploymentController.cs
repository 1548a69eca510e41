using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Deployments;

/// <summary>Brings the replica sets of a Deployment to its template: rolling or recreating, paused or not, with history and progress.</summary>
internal sealed class DeploymentController(ControlContext context) : Controller(context)
{
    private const string Group = "apps";
    private const string Plural = "deployments";

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: Group, Plural: Plural } && change.Type != ChangeType.Deleted)
        {
            Enqueue(change.Key);
        }
        else if (change.Key is { Group: Group, Plural: "replicasets" })
        {
            if (change.Object.ControlledBy("Deployment") is { } owner)
            {
                Enqueue(new ObjectKey(Group, Plural, change.Key.Namespace, owner));
            }
            else if (change.Object.ControllerRef() is null && change.Type != ChangeType.Deleted)
            {
                Enqueue(change.Key);
            }
        }
        else if (change.Key is { Group: "", Plural: "pods" } && change.Type == ChangeType.Deleted)
        {
            // Recreate waits for the last old pod.
            if (change.Object.ControlledBy("ReplicaSet") is { } set
                && Store.Get(SetKey(change.Key.Namespace, set))?.ControlledBy("Deployment") is { } deployment)
            {
                Enqueue(new ObjectKey(Group, Plural, change.Key.Namespace, deployment));
            }
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (key.Plural == "replicasets")
        {
            FindHome(key);
            return null;
        }

        if (Store.Get(key) is not { } deployment || deployment.Spec("template") is not JsonObject)
        {
            return null;
        }

        var spec = DeploymentSpec.Read(deployment);
        var family = Family(deployment);
        if (deployment.IsDeleting())
        {
            return Report(key, deployment, spec, family, progress: false);
        }

        deployment = NotePause(key, deployment, spec);
        if (spec.Paused || IsScaling(spec, family))
        {
            Resize(deployment, spec, family, RollingUpdate.ScaledSizes(spec, family, deployment.Status("replicas").Int()));
            return Report(key, deployment, spec, Family(deployment), progress: false);
        }

        (deployment, family) = spec.Recreate ? Recreate(key, deployment, spec, family) : Roll(key, deployment, spec, family);
        if (DeploymentStatus.IsComplete(deployment.StatusOf(), spec))
        {
            Prune(deployment, spec, family);
        }

        return Report(key, deployment, spec, Family(deployment), progress: true);
    }

    private void FindHome(ObjectKey key)
    {
        if (Store.Get(key) is { } set && set.ControllerRef() is null)
        {
            foreach (var name in Claims.Candidates(Store, set, Group, Plural))
            {
                Enqueue(new ObjectKey(Group, Plural, key.Namespace, name));
            }
        }
    }

    private ReplicaSetFamily Family(JsonObject deployment)
    {
        var template = deployment.Spec("template");
        var sets = Claims.Of(Context, deployment, Group, "replicasets");
        var newest = sets.Find(s => TemplateHash.SameTemplate(s.Spec("template"), template));
        return new ReplicaSetFamily(
            newest is null ? null : ReplicaSetView.Read(newest),
            [.. sets.Where(s => s != newest).Select(ReplicaSetView.Read)]);
    }

    private static bool IsScaling(DeploymentSpec spec, ReplicaSetFamily family) =>
        family.All.Any(s => s.Replicas > 0 && s.Desired >= 0 && s.Desired != spec.Replicas);

    private (JsonObject, ReplicaSetFamily) Roll(ObjectKey key, JsonObject deployment, DeploymentSpec spec, ReplicaSetFamily family)
    {
        (deployment, family) = WithNewest(key, deployment, spec, family);
        if (family.New is null)
        {
            return (deployment, family);
        }

        var size = family.New.Replicas > spec.Replicas ? spec.Replicas : RollingUpdate.NewSize(spec, family.Occupied, family.New.Replicas);
        if (Resize(deployment, spec, family, new(StringComparer.Ordinal) { [family.New.Name] = size }))
        {
            return (deployment, family);
        }

        Resize(deployment, spec, family, RollingUpdate.OldSizes(spec, family));
        return (deployment, family);
    }

    private (JsonObject, ReplicaSetFamily) Recreate(ObjectKey key, JsonObject deployment, DeploymentSpec spec, ReplicaSetFamily family)
    {
        var down = family.Old.Where(s => s.Replicas > 0).ToDictionary(s => s.Name, _ => 0, StringComparer.Ordinal);
        if (Resize(deployment, spec, family, down) || family.Old.Any(s => Index.Owned(s.Uid, "pods").Exists(p => !Pods.IsFinished(p))))
        {
            return (deployment, family);
        }

        (deployment, family) = WithNewest(key, deployment, spec, family);
        if (family.New is not null)
        {
            Resize(deployment, spec, family, new(StringComparer.Ordinal) { [family.New.Name] = spec.Replicas });
        }

        return (deployment, family);
    }

    /// <summary>Creates the replica set of the template when it is missing and keeps revisions of set and Deployment equal.</summary>
    private (JsonObject, ReplicaSetFamily) WithNewest(ObjectKey key, JsonObject deployment, DeploymentSpec spec, ReplicaSetFamily family)
    {
        var revision = family.Old.Select(s => s.Revision).DefaultIfEmpty().Max() + 1;
        if (family.New is null && !TryCreate(key, deployment, spec, family, revision))
        {
            return (deployment, family);
        }

        var created = family.New is null;
        family = created ? Family(deployment) : family;
        if (family.New is null)
        {
            return (deployment, family);
        }

        if (!created && ReplicaSetFactory.IsCurrent(family.New, deployment, spec, revision))
        {
            return (deployment, family);
        }

        var set = Store.Update(SetKey(key.Namespace, family.New.Name), s => ReplicaSetFactory.Promote(s, deployment, spec, revision));
        var current = set is null ? family.New.Revision : ReplicaSetView.Read(set).Revision;
        var updated = Store.Update(
            key,
            d =>
            {
                d.Annotate(ReplicaSetView.RevisionAnnotation, current.ToString());
                NoteFound(d, family.New.Name, created, spec);
                return d;
            },
            status: true);
        return (updated ?? deployment, set is null ? family : Family(deployment));
    }

    private void NoteFound(JsonObject deployment, string set, bool created, DeploymentSpec spec)
    {
        if (spec.ProgressDeadlineSeconds is null)
        {
            return;
        }

        var status = JsonTree.Child(deployment, "status");
        if (created)
        {
            DeploymentStatus.Set(status, "Progressing", "True", "NewReplicaSetCreated", $"Created new replica set \"{set}\"", Clock.Stamp());
        }
        else if (DeploymentStatus.Find(status, "Progressing") is null)
        {
            DeploymentStatus.Set(status, "Progressing", "True", "FoundNewReplicaSet", $"Found new replica set \"{set}\"", Clock.Stamp());
        }
    }

    private bool TryCreate(ObjectKey key, JsonObject deployment, DeploymentSpec spec, ReplicaSetFamily family, long revision)
    {
        if (!Context.IsOpen(key.Namespace))
        {
            return false;
        }

        var collisions = JsonTree.Number(deployment.Status("collisionCount")) ?? 0;
        var hash = TemplateHash.Of(deployment.Spec("template"), collisions);
        var size = RollingUpdate.NewSize(spec, family.Occupied, 0);
        var setKey = SetKey(key.Namespace, $"{key.Name}-{hash}");
        if (Store.Get(setKey) is not null)
        {
            // Another set has the name: count the collision and take the next hash, as Kubernetes does.
            Store.Update(
                key,
                d =>
                {
                    JsonTree.Child(d, "status")["collisionCount"] = collisions + 1;
                    return d;
                },
                status: true);
            return false;
        }

        Store.Create(setKey, ReplicaSetFactory.New(deployment, spec, hash, size, revision));
        if (size > 0)
        {
            Tell(deployment, setKey.Name, 0, size);
        }

        return true;
    }

    private bool Resize(JsonObject deployment, DeploymentSpec spec, ReplicaSetFamily family, Dictionary<string, int> sizes)
    {
        var scaled = false;
        foreach (var set in family.All)
        {
            if (!sizes.TryGetValue(set.Name, out var size))
            {
                continue;
            }

            if (size != set.Replicas || set.Desired != spec.Replicas || set.Max != spec.Replicas + spec.MaxSurge)
            {
                Store.Update(SetKey(deployment.NamespaceOf(), set.Name), s => ReplicaSetFactory.Resize(s, spec, size));
            }

            if (size != set.Replicas)
            {
                scaled = true;
                Tell(deployment, set.Name, set.Replicas, size);
            }
        }

        return scaled;
    }

    private void Tell(JsonObject deployment, string set, int from, int to) =>
        Context.Events.Record(
            deployment,
            "Normal",
            "ScalingReplicaSet",
            $"Scaled {(to > from ? "up" : "down")} replica set {set} from {from} to {to}",
            "deployment-controller");

    private JsonObject NotePause(ObjectKey key, JsonObject deployment, DeploymentSpec spec)
    {
        var paused = JsonTree.Text(DeploymentStatus.Find(deployment.StatusOf(), "Progressing")?["reason"]) == "DeploymentPaused";
        if (spec.ProgressDeadlineSeconds is null || paused == spec.Paused)
        {
            return deployment;
        }

        return Store.Update(
            key,
            d =>
            {
                var (reason, message) = spec.Paused
                    ? ("DeploymentPaused", "Deployment is paused")
                    : ("DeploymentResumed", "Deployment is resumed");
                DeploymentStatus.Set(JsonTree.Child(d, "status"), "Progressing", "Unknown", reason, message, Clock.Stamp());
                return d;
            },
            status: true) ?? deployment;
    }

    private void Prune(JsonObject deployment, DeploymentSpec spec, ReplicaSetFamily family)
    {
        var idle = family.Old.Where(s => s is { Replicas: 0, Observed: 0 } && !s.Object.IsDeleting()).OrderBy(s => s.Revision).ToList();
        foreach (var set in idle.Take(idle.Count - spec.RevisionHistoryLimit))
        {
            Store.Delete(SetKey(deployment.NamespaceOf(), set.Name), set.Uid);
        }
    }

    private TimeSpan? Report(ObjectKey key, JsonObject deployment, DeploymentSpec spec, ReplicaSetFamily family, bool progress)
    {
        // The status goes to the Deployment as it was decided on: a newer generation is observed by the next look.
        var current = Store.Get(key);
        if (current is null)
        {
            return null;
        }

        var status = DeploymentStatus.Count(deployment, spec, family, Clock.Stamp());
        if (progress)
        {
            DeploymentStatus.Progress(deployment, status, spec, family.New, Clock);
        }

        if (!JsonNode.DeepEquals(status, current.StatusOf()))
        {
            WriteStatus(key, deployment, status);
        }

        return progress ? DeploymentStatus.UntilDeadline(status, spec, Clock.GetUtcNow()) : null;
    }

    private static ObjectKey SetKey(string? ns, string name) => new(Group, "replicasets", ns, name);
}
