using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;
using static Kairship.Simulator.Admission.Defaults.Defaulting;

namespace Kairship.Simulator.Admission.Defaults;

/// <summary>Defaults of what makes pods.</summary>
internal static class WorkloadDefaults
{
    public static void Apply(ResourceType type, JsonObject obj)
    {
        if (obj["spec"] is not JsonObject spec)
            return;
        if (spec["template"]?["spec"] is JsonObject pod)
            PodDefaults.Apply(pod);
        switch (type.Plural)
        {
            case "deployments":
                Deployment(spec);
                break;
            case "replicasets":
                Set(spec, "replicas", 1L);
                break;
            case "replicationcontrollers":
                Set(spec, "replicas", 1L);
                if (spec["selector"] is null && spec["template"]?["metadata"]?["labels"] is JsonObject labels)
                    spec["selector"] = labels.DeepClone();
                break;
            case "statefulsets":
                StatefulSet(spec);
                break;
            case "daemonsets":
                DaemonSet(spec);
                break;
            case "jobs":
                Job(spec, obj);
                break;
            case "cronjobs":
                CronJob(spec);
                break;
        }
    }

    static void Deployment(JsonObject spec)
    {
        Set(spec, "replicas", 1L);
        Set(spec, "revisionHistoryLimit", 10L);
        Set(spec, "progressDeadlineSeconds", 600L);
        var strategy = JsonTree.Child(spec, "strategy");
        Set(strategy, "type", "RollingUpdate");
        if (JsonTree.Text(strategy["type"]) != "RollingUpdate")
            return;
        var rolling = JsonTree.Child(strategy, "rollingUpdate");
        Set(rolling, "maxSurge", "25%");
        Set(rolling, "maxUnavailable", "25%");
    }

    static void StatefulSet(JsonObject spec)
    {
        Set(spec, "replicas", 1L);
        Set(spec, "revisionHistoryLimit", 10L);
        Set(spec, "podManagementPolicy", "OrderedReady");
        var strategy = JsonTree.Child(spec, "updateStrategy");
        Set(strategy, "type", "RollingUpdate");
        if (JsonTree.Text(strategy["type"]) == "RollingUpdate")
            Set(JsonTree.Child(strategy, "rollingUpdate"), "partition", 0L);
        var retention = JsonTree.Child(spec, "persistentVolumeClaimRetentionPolicy");
        Set(retention, "whenDeleted", "Retain");
        Set(retention, "whenScaled", "Retain");
        foreach (var claim in PodDefaults.Items(spec["volumeClaimTemplates"]))
        {
            Set(claim, "apiVersion", "v1");
            Set(claim, "kind", "PersistentVolumeClaim");
            if (claim["spec"] is JsonObject volume)
                Set(volume, "volumeMode", "Filesystem");
        }
    }

    static void DaemonSet(JsonObject spec)
    {
        Set(spec, "revisionHistoryLimit", 10L);
        var strategy = JsonTree.Child(spec, "updateStrategy");
        Set(strategy, "type", "RollingUpdate");
        if (JsonTree.Text(strategy["type"]) != "RollingUpdate")
            return;
        var rolling = JsonTree.Child(strategy, "rollingUpdate");
        Set(rolling, "maxSurge", 0L);
        Set(rolling, "maxUnavailable", 1L);
    }

    static void Job(JsonObject spec, JsonObject job)
    {
        if (spec["completions"] is null && spec["parallelism"] is null)
            spec["completions"] = 1L;
        Set(spec, "parallelism", 1L);
        Set(spec, "backoffLimit", 6L);
        Set(spec, "completionMode", "NonIndexed");
        Set(spec, "suspend", false);
        Set(spec, "podReplacementPolicy", "TerminatingOrFailed");
        Set(spec, "manualSelector", false);
        if (spec["selector"] is not null || job["metadata"]?["uid"] is not { } uid)
            return;
        // A job's selector is made for it, from its own uid.
        spec["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = uid.DeepClone() } };
        var labels = JsonTree.Child(JsonTree.Child(JsonTree.Child(spec, "template"), "metadata"), "labels");
        var name = job["metadata"]!["name"]!;
        foreach (var prefix in (ReadOnlySpan<string>)["batch.kubernetes.io/", ""])
        {
            labels[prefix + "controller-uid"] = uid.DeepClone();
            labels[prefix + "job-name"] = name.DeepClone();
        }
    }

    static void CronJob(JsonObject spec)
    {
        Set(spec, "concurrencyPolicy", "Allow");
        Set(spec, "suspend", false);
        Set(spec, "successfulJobsHistoryLimit", 3L);
        Set(spec, "failedJobsHistoryLimit", 1L);
        if (spec["jobTemplate"]?["spec"]?["template"]?["spec"] is JsonObject pod)
            PodDefaults.Apply(pod);
    }
}
