using System.Text.Json.Serialization;
using Kairship.Delivery.Applications;

namespace Kairship.Delivery.Failover;

/// <summary>What is known of whether a lost cluster still runs something. It belongs to one loss: a later loss begins anew.</summary>
/// <param name="Loss">Which loss of the cluster: the number of the transition, never used again.</param>
[JsonDerivedType(typeof(Unknown), "unknown")]
[JsonDerivedType(typeof(Confirmed), "confirmed")]
[JsonDerivedType(typeof(Returned), "returned")]
public abstract record FencingState(string Cluster, long Loss)
{
    /// <summary>It may run all that it had.</summary>
    public sealed record Unknown(string Cluster, long Loss) : FencingState(Cluster, Loss);

    /// <summary>Somebody made sure that it runs nothing.</summary>
    /// <param name="By">The person, or the hook's URL.</param>
    /// <param name="How">What was done, or what the hook answered.</param>
    public sealed record Confirmed(string Cluster, long Loss, string By, DateTimeOffset At, string How) : FencingState(Cluster, Loss);

    /// <summary>It answers again: what it runs can be seen, and a confirmation says nothing any more.</summary>
    public sealed record Returned(string Cluster, long Loss, DateTimeOffset At) : FencingState(Cluster, Loss);
}

/// <summary>What becomes of a confirmation.</summary>
/// <param name="State">As it is afterwards; null: the cluster is not lost.</param>
/// <param name="Refusal">Why nothing was changed, as a sentence; null: it was taken, or said before already.</param>
public sealed record FencingAnswer(FencingState? State, string? Refusal = null);

/// <summary>How a fencing state moves on. It never goes from one loss to an earlier one, and a confirmation is never inferred.</summary>
public static class FencingRules
{
    private const int LongestText = 1000;

    /// <summary>The cluster was lost (again).</summary>
    public static FencingState Lost(FencingState? state, string cluster, long loss) => state is { } known && known.Loss >= loss ? known : new FencingState.Unknown(cluster, loss);

    /// <summary>The cluster answers again.</summary>
    public static FencingState Return(FencingState state, DateTimeOffset at) => state is FencingState.Returned ? state : new FencingState.Returned(state.Cluster, state.Loss, at);

    /// <param name="loss">The loss that the person saw: a confirmation of another one does not count.</param>
    /// <param name="how">Required: "powered off in the rack", for those who read it afterwards.</param>
    public static FencingAnswer Confirm(FencingState? state, string cluster, long loss, string by, string how, DateTimeOffset at) => state switch
    {
        null => new FencingAnswer(null, $"{cluster} is not lost: there is nothing to confirm."),
        FencingState.Returned returned => new FencingAnswer(state, $"{cluster} answers again since {returned.At:u}: what it runs is looked at, not confirmed."),
        _ when state.Loss != loss => new FencingAnswer(state, $"{cluster} was lost again since: the confirmation is for its loss {loss}, and now it is loss {state.Loss}. Look again."),
        FencingState.Confirmed => new FencingAnswer(state),
        _ when by.Trim().Length == 0 || how.Trim().Length == 0 => new FencingAnswer(state, "Say who made sure, and how: 'powered off in the rack', 'network cut at the switch'."),
        _ when how.Length > LongestText => new FencingAnswer(state, $"Say how in at most {LongestText} characters."),
        _ => new FencingAnswer(new FencingState.Confirmed(cluster, loss, by.Trim(), at, how.Trim())),
    };

    /// <summary>Why an application that must not run twice may not be moved away from this loss yet, as a sentence; null: it may.</summary>
    public static string? WhyNot(FencingState? state, string cluster, long loss) => state switch
    {
        FencingState.Confirmed confirmed when confirmed.Loss == loss => null,
        FencingState.Returned returned when returned.Loss == loss => $"{cluster} answers again since {returned.At:u}: what it runs is compared first.",
        _ => $"Nobody has confirmed that {cluster} runs nothing any more.",
    };

    /// <summary>The hook that may be asked; null: a person has to confirm.</summary>
    public static FenceHook? HookOf(Application application) => application.Failover.Stateful is { Fencing: FencingMode.Hook, Hook: { } hook } ? hook : null;
}
