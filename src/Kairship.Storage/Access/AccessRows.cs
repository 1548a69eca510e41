namespace Kairship.Storage.Access;

internal sealed class KeyRow
{
    public required string Id { get; set; }
    public required string Name { get; set; }

    /// <summary>A JSON array.</summary>
    public required string Roles { get; set; }
    public required byte[] SecretHash { get; set; }
    public required string CreatedBy { get; set; }
    public long CreatedAt { get; set; }
    public long? RevokedAt { get; set; }
}

internal sealed class WebhookRow
{
    public required string Name { get; set; }
    public required string Application { get; set; }
    public string? Workflow { get; set; }
    public string? Condition { get; set; }
    public required string ValuesJson { get; set; }
    public required byte[] ProtectedSecret { get; set; }
    public required string CreatedBy { get; set; }
    public long CreatedAt { get; set; }
}

internal sealed class AuditRow
{
    public long Sequence { get; set; }
    public long At { get; set; }
    public required string Who { get; set; }
    public required string Action { get; set; }
    public string? Subject { get; set; }
    public int Status { get; set; }
    public string? Detail { get; set; }
}
