namespace Kairship.Workflows.Runtime;

public enum OperationOutcome
{
    /// <summary>The command is durable and will be carried out, after a crash, too.</summary>
    Applied,
    NotFound,

    /// <summary>The instance is finished or cancelled: nothing can be changed any more.</summary>
    Finished,

    /// <summary>It cannot be done to this instance as it is now: <see cref="OperationResult.Reason"/> says why and what could be.</summary>
    Refused,
}

/// <summary>What became of something an operator asked of an instance.</summary>
public sealed record OperationResult(OperationOutcome Outcome, string? Reason = null)
{
    public bool IsApplied => Outcome == OperationOutcome.Applied;
}
