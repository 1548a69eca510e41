namespace Kairship.Storage.Access;

/// <summary>A key that callers show. The secret itself is not kept.</summary>
/// <param name="SecretHash">SHA-256 of the secret; that has 256 random bits, so a slow hash would add nothing.</param>
public sealed record ApiKey(
    string Id, string Name, IReadOnlyList<string> Roles, byte[] SecretHash, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <summary>A sender of signed deliveries that start releases.</summary>
/// <param name="ProtectedSecret">Encrypted by Data Protection: a signature is checked with the secret itself.</param>
/// <param name="Values">JSON: the expressions that take values from a payload.</param>
public sealed record Webhook(
    string Name, string Application, string? Workflow, string? When, string Values, byte[] ProtectedSecret, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>Who changed what, when. <see cref="Sequence"/> is given by the store.</summary>
public sealed record AuditEntry(long Sequence, DateTimeOffset At, string Who, string Action, string? Subject, int Status, string? Detail);
