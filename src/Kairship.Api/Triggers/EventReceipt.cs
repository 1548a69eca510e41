namespace Kairship.Api.Triggers;

/// <summary>Whom an event reached; a repeat with the same Idempotency-Key reaches nobody again.</summary>
/// <param name="Resumed">Instances that waited for it.</param>
/// <param name="Started">Instances that it started.</param>
/// <param name="Refused">Why workflows that start by it did not, and which instances could not take it.</param>
public sealed record EventReceipt(IReadOnlyList<string> Resumed, IReadOnlyList<string> Started, IReadOnlyList<string> Refused);
