using Kairship.Activities.Placements;
using Kairship.Api;
using Kairship.Api.Placements;
using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Placement;
using Kairship.Delivery.Releases;
using Kairship.Fleet.Clusters;
using Kairship.Server.Applications;
using Kairship.Server.Applications.Sources;
using Kairship.Server.Problems;

namespace Kairship.Server.Placements;

/// <summary>Why an application is where it is, and where it would be.</summary>
internal sealed class PlacementService(IDeliveryStore delivery, IClusterStore clusters, ServerSources sources, PlacementExplainer explainer)
{
    private const int MostNames = 1000;
    private const int MostTolerations = 50;

    public async Task<Answer<PlacementInfo>> ExplainAsync(string name, CancellationToken cancellationToken)
    {
        if (await delivery.GetApplicationAsync(name, cancellationToken) is not { } application)
        {
            return ApplicationService.Unknown(name);
        }

        var (revision, manifests) = await ManifestsAsync(application, cancellationToken);
        return manifests is null
            ? Refusal.Conflict($"Nothing of {name} has been released yet, and it has no source of its own: there is nothing to place. Try 'kairship placement simulate' with manifests.")
            : await AnswerAsync(application, revision, manifests, static order => order, cancellationToken);
    }

    public async Task<Answer<PlacementInfo>> SimulateAsync(SimulatePlacementRequest request, CancellationToken cancellationToken)
    {
        var parsed = ApplicationSource.Parse(request.Application ?? "");
        if (parsed.Refusal is { } refusal)
        {
            return refusal;
        }

        var (tolerations, problems) = TaintText.Read(request.Tolerate ?? [], MostTolerations);
        problems.AddRange(await UnknownAsync(request.Without ?? [], cancellationToken));
        if (problems.Count > 0)
        {
            return Refusal.Unprocessable("This cannot be simulated.", problems);
        }

        var application = parsed.Granted with { Placement = parsed.Granted.Placement with { ClusterTolerations = [.. parsed.Granted.Placement.ClusterTolerations, .. tolerations] } };
        var (revision, manifests) = request.Manifests is { } text ? (null, ManifestParser.Parse(text)) : await ManifestsAsync(application, cancellationToken);
        return manifests is null
            ? Refusal.Unprocessable($"There is nothing to place: {application.Name} has not been released and has no source of its own. Give manifests.")
            : await AnswerAsync(application, revision, manifests, order => order with { Without = request.Without ?? [], Fresh = request.Fresh }, cancellationToken);
    }

    private async Task<PlacementInfo> AnswerAsync(
        Application application, string? revision, IReadOnlyList<Manifest> manifests, Func<PlacementOrder, PlacementOrder> change, CancellationToken cancellationToken)
    {
        var placed = await explainer.ExplainAsync(application, manifests, change, cancellationToken);
        return PlacementInfos.Of(application.Name, revision, placed.Explanation);
    }

    /// <summary>What is released now, else the application's own source, else its newest revision.</summary>
    private async Task<(string? Revision, IReadOnlyList<Manifest>? Manifests)> ManifestsAsync(Application application, CancellationToken cancellationToken)
    {
        var name = await delivery.GetCurrentRevisionAsync(application.Name, cancellationToken);
        if (name is null && application.Source is { } source)
        {
            return (null, ManifestParser.Parse(await sources.RenderAsync(application, source, cancellationToken)));
        }

        var revision = name is not null
            ? await delivery.GetRevisionAsync(application.Name, name, cancellationToken)
            : await delivery.ListRevisionsAsync(application.Name, 1, cancellationToken) is [var newest, ..] ? newest : null;
        return (revision?.Name, revision is null ? null : ManifestParser.FromJsonArray(revision.Manifests));
    }

    private async Task<IEnumerable<ProblemError>> UnknownAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.Count > MostNames)
        {
            return [new ProblemError("without", $"has {names.Count} names; at most {MostNames} are taken")];
        }

        var joined = (await clusters.ListAsync(cancellationToken)).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return names.Select((name, i) => (name, i)).Where(n => !joined.Contains(n.name))
            .Select(n => new ProblemError($"without[{n.i}]", $"'{n.name}' has not joined; joined are {string.Join(", ", joined.Order().Take(20))}"));
    }
}
