using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Jobs;

/// <summary>The pods of a Job: labelled with it, held by a finalizer until they are counted.</summary>
internal static class JobPod
{
    public static string Create(ControlContext context, JsonObject job, int? index)
    {
        var pod = Pods.FromTemplate(job, (JsonObject)job.Spec("template")!);
        var meta = JsonTree.Child(pod, "metadata");
        meta["finalizers"] = new JsonArray(JobTally.Finalizer);
        var labels = JsonTree.Child(meta, "labels");
        foreach (var prefix in (ReadOnlySpan<string>)["", "batch.kubernetes.io/"])
        {
            labels[prefix + "controller-uid"] = job.UidOf();
            labels[prefix + "job-name"] = job.NameOf();
        }

        if (index is not { } number)
        {
            return Pods.CreateWithSuffix(context, job, pod);
        }

        labels[JobTally.IndexLabel] = number.ToString();
        pod.Annotate(JobTally.IndexLabel, number.ToString());
        JsonTree.Child(pod, "spec")["hostname"] = $"{job.NameOf()}-{number}";
        foreach (var container in pod.Spec("containers").Items())
        {
            if (container["env"] is not JsonArray variables)
            {
                container["env"] = variables = [];
            }

            variables.Add(new JsonObject
            {
                ["name"] = "JOB_COMPLETION_INDEX",
                ["valueFrom"] = new JsonObject
                {
                    ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = $"metadata.annotations['{JobTally.IndexLabel}']" },
                },
            });
        }

        var name = $"{job.NameOf()}-{number}-{ControlContext.Suffix()}";
        meta["generateName"] = $"{job.NameOf()}-{number}-";
        context.Store.Create(Pods.Key(job.NamespaceOf(), name), pod);
        return name;
    }

    /// <summary>Lets a pod go that is counted, or shall not count.</summary>
    public static void Untrack(ObjectStore store, JsonObject pod) =>
        store.Update(
            Pods.Key(pod),
            p =>
            {
                var meta = JsonTree.Child(p, "metadata");
                JsonArray left = [.. (meta["finalizers"] as JsonArray ?? []).Select(JsonTree.Text).Where(f => f != JobTally.Finalizer).Select(f => JsonValue.Create(f))];
                meta.Remove("finalizers");
                if (left.Count > 0)
                {
                    meta["finalizers"] = left;
                }

                return p;
            });
}
