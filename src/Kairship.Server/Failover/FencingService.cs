using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Clusters;
using Kairship.Server.Problems;

namespace Kairship.Server.Failover;

/// <summary>People say that a lost cluster runs nothing any more.</summary>
internal sealed class FencingService(ClusterRegistry registry, FencingBook book)
{
    private const int LongestText = 1000;

    public async Task<Answer<FencingInfo>> GetAsync(string cluster, CancellationToken cancellationToken)
    {
        if (await registry.GetAsync(cluster, cancellationToken) is null)
        {
            return Unknown(cluster);
        }

        var info = InfoOf(cluster, await book.NowAsync(cluster, cancellationToken));
        return info is { State: "Unknown", Loss: { } loss } && await book.ConfirmedForAsync(cluster, loss, cancellationToken) is { Count: > 0 } hooks
            ? info with { Applications = [.. hooks.Select(h => new FencedApplication(h.Application, h.State.By, h.State.At, h.State.How))] }
            : info;
    }

    public async Task<Answer<FencingInfo>> ConfirmAsync(string cluster, ConfirmFencedRequest request, string by, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.How) || request.How.Length > LongestText)
        {
            return Refusal.Unprocessable(
                "Say how it was made sure: others read it when they decide.", [new ProblemError("how", $"must be 1 to {LongestText} characters, such as \"powered off in the rack\"")]);
        }

        if (await registry.GetAsync(cluster, cancellationToken) is null)
        {
            return Unknown(cluster);
        }

        var answer = await book.ConfirmAsync(cluster, by, request.How, request.Loss, cancellationToken);
        return answer.Refusal is { } refusal ? Refusal.Conflict(refusal) : InfoOf(cluster, answer.State);
    }

    private static FencingInfo InfoOf(string cluster, FencingState? state) => state switch
    {
        FencingState.Confirmed confirmed => new FencingInfo(cluster, confirmed.Loss, "Confirmed", confirmed.By, confirmed.At, confirmed.How),
        FencingState.Returned returned => new FencingInfo(cluster, returned.Loss, "Returned", null, returned.At),
        FencingState.Unknown unknown => new FencingInfo(cluster, unknown.Loss, "Unknown"),
        _ => new FencingInfo(cluster, null, "NotLost"),
    };

    private static Refusal Unknown(string name) => Refusal.NotFound($"No cluster named '{name}' has joined.");
}
