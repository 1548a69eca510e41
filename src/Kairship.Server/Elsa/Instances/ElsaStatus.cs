using Kairship.Workflows.Storage;

namespace Kairship.Server.Elsa.Instances;

/// <summary>Elsa's two words for where an instance stands.</summary>
/// <param name="Status">Running or Finished.</param>
/// <param name="SubStatus">Pending, Executing, Suspended, Interrupted, Finished, Cancelled or Faulted.</param>
internal readonly record struct ElsaStatus(string Status, string SubStatus)
{
    public const string Running = "Running";
    public const string Finished = "Finished";

    /// <summary>Elsa's word for what stopped half-way and does not go on by itself: our quarantine.</summary>
    public const string Interrupted = "Interrupted";

    private static readonly (InstanceStatus Ours, ElsaStatus Theirs)[] Table =
    [
        (InstanceStatus.Pending, new(Running, "Pending")),
        (InstanceStatus.Executing, new(Running, "Executing")),
        (InstanceStatus.Suspended, new(Running, "Suspended")),
        (InstanceStatus.Paused, new(Running, "Suspended")),
        (InstanceStatus.Finished, new(Finished, "Finished")),
        (InstanceStatus.Cancelled, new(Finished, "Cancelled")),
        (InstanceStatus.Faulted, new(Finished, "Faulted")),
    ];

    public static IReadOnlyList<string> Statuses { get; } = [.. Table.Select(row => row.Theirs.Status).Distinct()];

    public static IReadOnlyList<string> SubStatuses { get; } = [.. Table.Select(row => row.Theirs.SubStatus).Append(Interrupted).Distinct()];

    public static ElsaStatus Of(InstanceRecord instance) => Of(instance.Status, instance.QuarantineReason is not null);

    public static ElsaStatus Of(InstanceStatus status, bool isQuarantined) =>
        isQuarantined ? new(Running, Interrupted) : Table.First(row => row.Ours == status).Theirs;

    /// <summary>Ours that read as these words; quarantine aside. Null: any.</summary>
    public static IReadOnlyList<InstanceStatus> Ours(IReadOnlyCollection<string>? statuses, IReadOnlyCollection<string>? subStatuses) =>
        [.. Table.Where(row => statuses?.Contains(row.Theirs.Status) != false && subStatuses?.Contains(row.Theirs.SubStatus) != false).Select(row => row.Ours)];

    /// <summary>Whether quarantined instances read as these words. Null: any.</summary>
    public static bool TakesQuarantined(IReadOnlyCollection<string>? statuses, IReadOnlyCollection<string>? subStatuses) =>
        statuses?.Contains(Running) != false && subStatuses?.Contains(Interrupted) != false;
}
