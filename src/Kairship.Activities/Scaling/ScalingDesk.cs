using System.Text.Json;
using System.Text.Json.Serialization;
using Kairship.Activities.Releases;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Documents;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Delivery.Scaling;
using Kairship.Fleet.Metrics;

namespace Kairship.Activities.Scaling;

/// <summary>Measures, decides how many replicas an application should have, and remembers it for the next decision: recommendations have to last.</summary>
public sealed class ScalingDesk(IDeliveryStore store, IDocumentStore documents, MetricReader metrics, ScalingRoom room, TimeProvider time)
{
    /// <summary>How long what the clusters said of what is ready counts while nothing depends on it.</summary>
    private static readonly TimeSpan SeenFor = TimeSpan.FromMinutes(1);

    /// <summary>The documents of what was advised last, by application.</summary>
    private const string Kind = "scaling";

    private static readonly JsonSerializerOptions Format = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>What was advised last, and since when; null: nobody has looked yet.</summary>
    public async Task<ScalingAdvice?> FindAsync(string application, CancellationToken cancellationToken) =>
        await documents.FindAsync(Kind, application, cancellationToken) is { } document ? Read(document) : null;

    /// <summary>The application is gone: another one of its name begins anew.</summary>
    public async Task ForgetAsync(string application, CancellationToken cancellationToken)
    {
        if (await documents.FindAsync(Kind, application, cancellationToken) is { } document)
        {
            await documents.DeleteAsync(Kind, application, document.Version, cancellationToken);
        }
    }

    /// <summary>Reads the metrics, decides, and remembers that.</summary>
    public async Task<ScalingAdvice> LookAsync(Application application, CancellationToken cancellationToken)
    {
        var document = await documents.FindAsync(Kind, application.Name, cancellationToken);
        var before = document is null ? null : Read(document);
        var advice = await AdviseAsync(application, before, cancellationToken);
        if (before is not null && (before.Verdict, before.Total, before.Limits?.Rule) == (advice.Verdict, advice.Total, advice.Limits?.Rule))
        {
            advice = advice with { Since = before.Since };
        }

        // Who was faster has looked at the same moment: one of the two is enough to remember.
        await documents.PutAsync(Kind, application.Name, JsonSerializer.Serialize(advice, Format), document?.Version ?? 0, advice.At, cancellationToken);
        return advice;
    }

    /// <summary>What it takes to give an application a total that somebody asks for.</summary>
    public async Task<ScalingAdvice> AskAsync(Application application, int total, string by, CancellationToken cancellationToken) =>
        await SceneAsync(application, cancellationToken) is { } scene
            ? ScalingAdvisor.Asked(await SeenAsync(scene, cancellationToken), total, by, time.GetUtcNow())
            : Unreleased(application);

    private async Task<ScalingAdvice> AdviseAsync(Application application, ScalingAdvice? before, CancellationToken cancellationToken)
    {
        if (await SceneAsync(application, cancellationToken) is not { } scene)
        {
            return Unreleased(application);
        }

        try
        {
            scene = scene with { History = before?.History ?? [], Ready = before?.Ready, Autoscaled = before?.Autoscaled ?? [], SeenAt = before?.SeenAt };
            scene = scene with { Short = await ShortAsync(application.Name, cancellationToken), Readings = await ReadAsync(scene, cancellationToken) };
            var advice = ScalingAdvisor.Advise(scene, time.GetUtcNow());
            if (!IsSeen(scene, advice))
            {
                scene = await SeenAsync(scene, cancellationToken);
                advice = ScalingAdvisor.Advise(scene, time.GetUtcNow());
            }

            return await room.FitAsync(scene, advice, cancellationToken);
        }
        catch (ManifestException e)
        {
            return new ScalingAdvice(ScalingVerdict.Blocked, e.Message, time.GetUtcNow()) { History = scene.History };
        }
    }

    /// <summary>Clusters are asked when something depends on it, and now and then: while all is steady a look costs a query.</summary>
    private bool IsSeen(ScalingScene scene, ScalingAdvice advice) =>
        scene.SeenAt is { } seen && time.GetUtcNow() - seen < SeenFor && advice.Verdict == ScalingVerdict.Steady && scene.Short.Count == 0
        && scene.Application.Scaling?.Metrics.Any(m => m.TargetType == MetricTarget.Value) != true;

    /// <summary>Null: it has not been released.</summary>
    private async Task<ScalingScene?> SceneAsync(Application application, CancellationToken cancellationToken)
    {
        var current = await store.GetCurrentRevisionAsync(application.Name, cancellationToken);
        var stable = await new ReleaseDesk(store, time).StableAsync(application.Name, current, int.MaxValue, cancellationToken);
        return stable is null ? null : new ScalingScene(application, stable.Manifests, stable.Plan);
    }

    private async Task<IReadOnlyList<MetricReading>> ReadAsync(ScalingScene scene, CancellationToken cancellationToken) =>
        MeasuredOf(scene) is { } workload ? await metrics.ReadAsync(scene.Application.Scaling!.Metrics, workload, cancellationToken) : [];

    private async Task<ScalingScene> SeenAsync(ScalingScene scene, CancellationToken cancellationToken)
    {
        if (MeasuredOf(scene) is not { } workload)
        {
            return scene;
        }

        // What cannot be asked is taken for what was put there: its replicas may well serve.
        var seen = await metrics.SeeAsync(workload, cancellationToken);
        return scene with
        {
            Ready = seen.Sum(s => s.Ready ?? workload.Replicas[s.Cluster]), Autoscaled = [.. seen.Where(s => s.IsAutoscaled).Select(s => s.Cluster)], SeenAt = time.GetUtcNow(),
        };
    }

    /// <summary>Null: the clusters size it themselves, or it cannot be told which workload is meant.</summary>
    private static MeasuredWorkload? MeasuredOf(ScalingScene scene)
    {
        if (scene.Application.Scaling is not { Owns: ScalingOwnership.Total } policy || ScalingTargets.Of(policy, scene.Manifests).Workloads is not [var first, ..])
        {
            return null;
        }

        var reference = scene.Manifests.First(m => WorkloadKey.Of(m.Ref) == first).Ref;
        return new MeasuredWorkload(
            reference with { Namespace = reference.Namespace ?? scene.Application.Namespace }, scene.Plan.Targets.ToDictionary(t => t.Cluster, t => t.Replicas.GetValueOrDefault(first)));
    }

    /// <summary>Clusters that became short of room since the application's last release: one that has seen the alarm was planned with what room there is.</summary>
    private async Task<IReadOnlyDictionary<string, string>> ShortAsync(string application, CancellationToken cancellationToken)
    {
        var alarms = (await CapacityAlarms.ListAsync(documents, cancellationToken)).Where(a => a.IsRaised).ToList();
        if (alarms.Count == 0)
        {
            return new Dictionary<string, string>();
        }

        var (newest, _) = await store.ListReleasesAsync(application, 0, 1, cancellationToken);
        return alarms.Where(a => newest is not [var release, ..] || release.RequestedAt < a.Since).ToDictionary(a => a.Cluster, a => a.Sentence);
    }

    private ScalingAdvice Unreleased(Application application) =>
        new(ScalingVerdict.Blocked, $"{application.Name} has not been released yet: its first release has the replicas of its manifests.", time.GetUtcNow());

    // What an older build wrote and this one cannot read is as if nobody had looked.
    private static ScalingAdvice? Read(Document document)
    {
        try
        {
            return JsonSerializer.Deserialize<ScalingAdvice>(document.Body, Format);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
