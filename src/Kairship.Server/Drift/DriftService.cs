using Kairship.Activities.Drift;
using Kairship.Api.Applications;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Drift;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Server.Applications;
using Kairship.Server.Problems;
using Kairship.Storage.Access;

namespace Kairship.Server.Drift;

/// <summary>Comparisons on demand and on time, and what they leave in the audit.</summary>
internal sealed partial class DriftService(IDeliveryStore delivery, DriftKeeper keeper, AccessStore access, TimeProvider time, ILogger<DriftService> logger)
{
    /// <summary>Who does what nobody asked for by name.</summary>
    public const string Keeper = "system:drift";

    private const int MaxDetail = 400;

    public async Task<Answer<DriftReportInfo>> GetAsync(string application, CancellationToken cancellationToken)
    {
        if (await delivery.GetApplicationAsync(application, cancellationToken) is null)
        {
            return ApplicationService.Unknown(application);
        }

        return await delivery.GetDriftAsync(application, cancellationToken) is { } report
            ? DriftInfos.Of(report)
            : Refusal.NotFound($"{application} was not compared with what was released yet: POST to this address, or kairship drift {application}.");
    }

    public async Task<Answer<DriftReportInfo>> CheckAsync(string application, DriftRequest request, string by, CancellationToken cancellationToken)
    {
        if (await delivery.GetApplicationAsync(application, cancellationToken) is not { } spec)
        {
            return ApplicationService.Unknown(application);
        }

        return await CheckAsync(spec, request.Heal ?? spec.Drift.Mode == DriftMode.Heal, by, cancellationToken) switch
        {
            DriftCheck.Compared compared => DriftInfos.Of(compared.Report, compared.Healed),
            DriftCheck.NotNow notNow => Refusal.Conflict(notNow.Reason),
            _ => throw new InvalidOperationException("A check is compared or not."),
        };
    }

    /// <summary>Compares, puts back where told to, and writes down what is another than before.</summary>
    /// <exception cref="ManifestException">The stored revision cannot be rendered any more.</exception>
    public async Task<DriftCheck> CheckAsync(Application application, bool heal, string by, CancellationToken cancellationToken)
    {
        var before = await delivery.GetDriftAsync(application.Name, cancellationToken);
        var check = await keeper.CheckAsync(application, heal, cancellationToken);
        if (check is DriftCheck.Compared compared)
        {
            foreach (var (cluster, drifted) in compared.Healed)
            {
                Healed(application.Name, cluster, drifted.Ref);
                await WriteAsync(by, "drift.heal", application.Name, $"{cluster}: {drifted.Kind} {drifted.Ref} (by {string.Join(", ", drifted.Managers)})", cancellationToken);
            }

            foreach (var now in compared.Report.Clusters.Where(c => IsNews(before, c)))
            {
                Changed(application.Name, now.Cluster, now.State, now.Message);
                await WriteAsync(by, "drift.state", application.Name, $"{now.Cluster}: {now.State}: {now.Message}", cancellationToken);
            }
        }

        return check;
    }

    private static bool IsNews(DriftReport? before, ClusterDrift now) =>
        (before?.Clusters.FirstOrDefault(c => c.Cluster == now.Cluster)?.State ?? DriftState.InSync) != now.State;

    private Task WriteAsync(string by, string action, string application, string detail, CancellationToken cancellationToken) => access.AppendAuditAsync(
        new AuditEntry(0, time.GetUtcNow(), by, action, application, StatusCodes.Status200OK, detail.Length > MaxDetail ? detail[..MaxDetail] : detail), cancellationToken);

    [LoggerMessage(LogLevel.Information, "Application {Application} in {Cluster}: {State}: {Message}")]
    private partial void Changed(string application, string cluster, DriftState state, string message);

    [LoggerMessage(LogLevel.Information, "Application {Application} in {Cluster}: {Object} was put back")]
    private partial void Healed(string application, string cluster, ObjectRef @object);
}
