using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Deployments;

/// <summary>Makes and resizes the replica sets of a Deployment, with the annotations that its decisions and kubectl read.</summary>
internal static class ReplicaSetFactory
{
    private static readonly HashSet<string> NotCopied = new(StringComparer.Ordinal)
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        ReplicaSetView.RevisionAnnotation,
        ReplicaSetView.HistoryAnnotation,
        ReplicaSetView.DesiredAnnotation,
        ReplicaSetView.MaxAnnotation,
        "deprecated.deployment.rollback.to",
    };

    public static JsonObject New(JsonObject deployment, DeploymentSpec spec, string hash, int size, long revision)
    {
        var template = JsonTree.Copy((JsonObject)deployment.Spec("template")!);
        var labels = JsonTree.Child(JsonTree.Child(template, "metadata"), "labels");
        labels[TemplateHash.Label] = hash;
        var selector = deployment.Spec("selector") is JsonObject wanted ? JsonTree.Copy(wanted) : [];
        JsonTree.Child(selector, "matchLabels")[TemplateHash.Label] = hash;
        var set = new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = new JsonObject
            {
                ["labels"] = JsonTree.Copy(labels),
                ["ownerReferences"] = new JsonArray(deployment.OwnerReference()),
            },
            ["spec"] = new JsonObject { ["replicas"] = size, ["selector"] = selector, ["template"] = template },
            ["status"] = new JsonObject { ["replicas"] = 0 },
        };
        if (spec.MinReadySeconds > 0)
        {
            set["spec"]!["minReadySeconds"] = spec.MinReadySeconds;
        }

        CopyAnnotations(deployment, set);
        Note(set, spec);
        set.Annotate(ReplicaSetView.RevisionAnnotation, revision.ToString());
        return set;
    }

    /// <summary>Sets size and size annotations.</summary>
    public static JsonObject Resize(JsonObject set, DeploymentSpec spec, int size)
    {
        JsonTree.Child(set, "spec")["replicas"] = (long)size;
        Note(set, spec);
        return set;
    }

    /// <summary>Makes an existing set the newest revision; the revision it had goes into its history.</summary>
    public static JsonObject Promote(JsonObject set, JsonObject deployment, DeploymentSpec spec, long revision)
    {
        CopyAnnotations(deployment, set);
        var before = ReplicaSetView.Read(set).Revision;
        if (before < revision)
        {
            if (before > 0)
            {
                var history = set.Annotation(ReplicaSetView.HistoryAnnotation);
                set.Annotate(ReplicaSetView.HistoryAnnotation, string.IsNullOrEmpty(history) ? before.ToString() : $"{history},{before}");
            }

            set.Annotate(ReplicaSetView.RevisionAnnotation, revision.ToString());
        }

        if (set.Spec("minReadySeconds").Int() != spec.MinReadySeconds)
        {
            JsonTree.Child(set, "spec")["minReadySeconds"] = (long)spec.MinReadySeconds;
        }

        return set;
    }

    /// <summary>Whether <see cref="Promote"/> and noting it on the Deployment would change nothing.</summary>
    public static bool IsCurrent(ReplicaSetView set, JsonObject deployment, DeploymentSpec spec, long revision) =>
        set.Revision >= revision
        && deployment.Annotation(ReplicaSetView.RevisionAnnotation) == set.Revision.ToString()
        && set.Object.Spec("minReadySeconds").Int() == spec.MinReadySeconds
        && (spec.ProgressDeadlineSeconds is null || DeploymentStatus.Find(deployment.StatusOf(), "Progressing") is not null)
        && (JsonTree.At(deployment, "metadata", "annotations") as JsonObject ?? [])
            .All(a => NotCopied.Contains(a.Key) || set.Object.Annotation(a.Key) == JsonTree.Text(a.Value));

    private static void Note(JsonObject set, DeploymentSpec spec)
    {
        set.Annotate(ReplicaSetView.DesiredAnnotation, spec.Replicas.ToString());
        set.Annotate(ReplicaSetView.MaxAnnotation, (spec.Replicas + spec.MaxSurge).ToString());
    }

    private static void CopyAnnotations(JsonObject deployment, JsonObject set)
    {
        foreach (var (name, value) in JsonTree.At(deployment, "metadata", "annotations") as JsonObject ?? [])
        {
            if (!NotCopied.Contains(name) && JsonTree.Text(value) is { } text)
            {
                set.Annotate(name, text);
            }
        }
    }
}
