using System.Diagnostics;
using k8s;
using k8s.Models;

namespace Kairship.Benchmarks.Deploy;

/// <summary>What anybody would write: server-side apply of every object with KubernetesClient, the same number at a time as Kairship, then wait until all is available.</summary>
internal static class BareLoop
{
    private const int ObjectsAtOnce = 8;

    public static async Task<TimeSpan> RunAsync(IReadOnlyList<string> kubeconfigs, IReadOnlyList<IKubernetesObject<V1ObjectMeta>> objects, string ns)
    {
        var clients = kubeconfigs.Select(f => new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(f))).ToList();
        try
        {
            var start = Stopwatch.GetTimestamp();
            await Parallel.ForEachAsync(clients, new ParallelOptions { MaxDegreeOfParallelism = clients.Count }, async (client, ct) => await DeployAsync(client, objects, ns, ct));
            return Stopwatch.GetElapsedTime(start);
        }
        finally
        {
            clients.ForEach(c => c.Dispose());
        }
    }

    private static async Task DeployAsync(Kubernetes client, IReadOnlyList<IKubernetesObject<V1ObjectMeta>> objects, string ns, CancellationToken cancellationToken)
    {
        await ApplyAllAsync(client, objects, ns, cancellationToken);
        while (true)
        {
            var deployments = await client.AppsV1.ListNamespacedDeploymentAsync(ns, cancellationToken: cancellationToken);
            if (deployments.Items.All(d => d.Status?.ObservedGeneration >= d.Metadata.Generation && d.Status.UpdatedReplicas == d.Spec.Replicas && d.Status.AvailableReplicas == d.Spec.Replicas))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>A new namespace and all objects in it, kinds in order; nothing is waited for.</summary>
    public static async Task ApplyAllAsync(Kubernetes client, IReadOnlyList<IKubernetesObject<V1ObjectMeta>> objects, string ns, CancellationToken cancellationToken = default)
    {
        await client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = ns } }, cancellationToken: cancellationToken);
        foreach (var wave in objects.GroupBy(Rank).OrderBy(g => g.Key))
        {
            await Parallel.ForEachAsync(
                wave, new ParallelOptions { MaxDegreeOfParallelism = ObjectsAtOnce, CancellationToken = cancellationToken },
                async (o, ct) => await ApplyAsync(client, o, ns, ct));
        }
    }

    private static int Rank(IKubernetesObject<V1ObjectMeta> o) => o switch { V1ServiceAccount => 0, V1Service => 1, _ => 2 };

    private static Task ApplyAsync(Kubernetes client, IKubernetesObject<V1ObjectMeta> o, string ns, CancellationToken cancellationToken)
    {
        var patch = new V1Patch(KubernetesJson.Serialize(o), V1Patch.PatchType.ApplyPatch);
        return o switch
        {
            V1Deployment => client.AppsV1.PatchNamespacedDeploymentAsync(patch, o.Metadata.Name, ns, fieldManager: "bare", force: true, cancellationToken: cancellationToken),
            V1Service => client.CoreV1.PatchNamespacedServiceAsync(patch, o.Metadata.Name, ns, fieldManager: "bare", force: true, cancellationToken: cancellationToken),
            V1ServiceAccount => client.CoreV1.PatchNamespacedServiceAccountAsync(patch, o.Metadata.Name, ns, fieldManager: "bare", force: true, cancellationToken: cancellationToken),
            _ => throw new NotSupportedException(o.Kind),
        };
    }
}
