using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>What cases of workloads share: small objects, their pods, what their conditions and events say.</summary>
public abstract class WorkloadCases(ConformanceServer server) : ConformanceCases(server)
{
    protected const string Deployments = "apps/v1";

    /// <summary>A pod template of one container <c>main</c>.</summary>
    /// <param name="spec">More of the pod's spec, as JSON members.</param>
    protected static string Template(string app, string image = "app:1", string spec = "", string annotations = "") => $$"""
        {"metadata":{"labels":{"app":"{{app}}"},"annotations":{ {{annotations}} } },"spec":{ {{(spec.Length > 0 ? spec + "," : "")}}"containers":[{"name":"main","image":"{{image}}"}]} }
        """;

    protected Task<Reply> WorkloadAsync(string plural, string name, string spec, string template, string annotations = "") =>
        CreateAsync(In("apps/v1", plural), $$"""
            {"metadata":{"name":"{{name}}","annotations":{ {{annotations}} } },"spec":{"selector":{"matchLabels":{"app":"{{name}}"} },{{(spec.Length > 0 ? spec + "," : "")}}"template":{{template}} } }
            """);

    protected Task<Reply> DeploymentAsync(string name, int replicas, string spec = "", string image = "app:1", string annotations = "") =>
        WorkloadAsync("deployments", name, $"\"replicas\":{replicas}" + (spec.Length > 0 ? "," + spec : ""), Template(name, image), annotations);

    protected async Task<Reply> PodAsync(string name, string spec = "", string image = "app:1", string labels = "", string annotations = "")
    {
        var body = $$"""
            {"metadata":{"name":"{{name}}","labels":{ {{labels}} },"annotations":{ {{annotations}} } },"spec":{ {{(spec.Length > 0 ? spec + "," : "")}}"containers":[{"name":"main","image":"{{image}}"}]} }
            """;
        // Servers before 1.24 refuse pods until the service account has its token.
        var reply = await UntilAsync(() => PostAsync(In("pods"), body), r => r.Reason != "ServerTimeout");
        reply.Code.Should().Be(201, reply.Text);
        return reply;
    }

    protected async Task<Reply> ChangeAsync(string path, string merge)
    {
        var reply = await PatchAsync(path, merge);
        reply.Code.Should().Be(200, reply.Text);
        return reply;
    }

    protected Task<Reply> SetImageAsync(string plural, string name, string image) => PatchStrategicAsync(
        In("apps/v1", $"{plural}/{name}"), $$"""{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"{{image}}"}]} } } }""");

    protected Task<Reply> ScaleAsync(string plural, string name, int replicas) => ChangeAsync(In("apps/v1", $"{plural}/{name}"), $$"""{"spec":{"replicas":{{replicas}} } }""");

    protected async Task<Reply> PatchStrategicAsync(string path, string patch)
    {
        var reply = await PatchAsync(path, patch, "strategic");
        reply.Code.Should().Be(200, reply.Text);
        return reply;
    }

    /// <summary>Pods with this label that are not being deleted.</summary>
    protected async Task<IReadOnlyList<JsonObject>> PodsAsync(string app) =>
        [.. (await GetAsync(In($"pods?labelSelector=app%3D{app}"))).Items().Where(p => p["metadata"]!["deletionTimestamp"] is null)];

    protected Task<IReadOnlyList<JsonObject>> UntilPodsAsync(string app, Func<IReadOnlyList<JsonObject>, bool> wanted, string because = "") =>
        UntilAsync(() => PodsAsync(app), wanted, because);

    /// <summary>Waits until the Deployment has rolled out as kubectl rollout status does.</summary>
    protected Task<Reply> UntilRolledOutAsync(string name) => UntilAsync(
        In("apps/v1", $"deployments/{name}"),
        d => Number(d, "status", "observedGeneration") >= Number(d, "metadata", "generation")
            && Number(d, "status", "updatedReplicas") == Number(d, "spec", "replicas")
            && Number(d, "status", "replicas") == Number(d, "status", "updatedReplicas")
            && Number(d, "status", "availableReplicas") == Number(d, "spec", "replicas")
            && (Say(d, "Progressing") is null || Say(d, "Progressing")!.Contains("NewReplicaSetAvailable", StringComparison.Ordinal)),
        $"{name} is rolled out");

    protected async Task<IReadOnlyList<JsonObject>> ReplicaSetsAsync(string app) =>
        [.. (await GetAsync(In("apps/v1", $"replicasets?labelSelector=app%3D{app}"))).Items().OrderBy(s => Annotation(s, "deployment.kubernetes.io/revision"), StringComparer.Ordinal)];

    /// <summary><c>Status Reason: message</c> of a condition; null when there is none.</summary>
    protected static string? Say(JsonObject obj, string condition) =>
        (At(obj, "status", "conditions") as JsonArray ?? []).Where(c => (string?)c!["type"] == condition)
            .Select(c => $"{(string?)c!["status"]} {(string?)c["reason"]}: {(string?)c["message"]}")
            .FirstOrDefault();

    protected static bool IsReady(JsonObject pod) => Say(pod, "Ready")?.StartsWith("True", StringComparison.Ordinal) == true;

    protected static JsonNode? At(JsonNode? node, params string[] path) => path.Aggregate(node, (n, field) => (n as JsonObject)?[field]);

    protected static long Number(JsonNode? node, params string[] path) => (long?)At(node, path) ?? 0;

    protected static string? Text(JsonNode? node, params string[] path) => (string?)At(node, path);

    protected static string NameOf(JsonObject obj) => Text(obj, "metadata", "name")!;

    protected static string? Annotation(JsonObject obj, string name) => (string?)(At(obj, "metadata", "annotations") as JsonObject)?[name];

    protected static string? Label(JsonObject obj, string name) => (string?)(At(obj, "metadata", "labels") as JsonObject)?[name];

    protected static string ImageOf(JsonObject pod) => (string)pod["spec"]!["containers"]![0]!["image"]!;

    protected static JsonObject? Owner(JsonObject obj) =>
        (At(obj, "metadata", "ownerReferences") as JsonArray ?? []).Select(r => r!.AsObject()).FirstOrDefault(r => (bool?)r["controller"] == true);

    /// <summary>Waits for what takes minutes: the object as it is when it is as wanted.</summary>
    protected async Task<JsonObject> UntilInTheEndAsync(string collection, string name, Func<JsonObject, bool> wanted)
    {
        const int Watches = 6;
        for (var i = 0; i < Watches; i++)
        {
            using var watch = await WatchAsync(collection, $"fieldSelector=metadata.name%3D{name}&timeoutSeconds=20");
            while (await watch.NextAsync() is { } next)
            {
                if (wanted(next.Object))
                {
                    return next.Object;
                }
            }
        }

        Assert.Fail($"{collection}/{name} is not as wanted after {Watches} watches of 20 s");
        return [];
    }

    /// <summary>Waits for an event about an object; answers its type and message.</summary>
    protected async Task<string> EventAsync(string kind, string name, string reason)
    {
        var found = await UntilAsync(
            async () => (await GetAsync(In("events"))).Items().FirstOrDefault(e =>
                Text(e, "involvedObject", "kind") == kind && Text(e, "involvedObject", "name") == name && Text(e, "reason") == reason),
            e => e is not null,
            $"event {reason} of {kind} {name}");
        return $"{Text(found, "type")} {Text(found, "message")}";
    }
}
