namespace Kairship.Workflows.Runtime;

/// <summary>Whom a published stimulus reached. A repeat of the key reaches nobody again.</summary>
/// <param name="Resumed">Instances that it was posted to, because they wait for it or carry its correlation id.</param>
/// <param name="Started">Instances that it started.</param>
/// <param name="Refused">Starts that did not happen and will not, such as of a definition that does not compile here; each with its problem.</param>
public sealed record PublishResult(IReadOnlyList<string> Resumed, IReadOnlyList<string> Started, IReadOnlyList<StartResult> Refused)
{
    /// <summary>Instances that it is for and that did not get it: their inbox is full, or it is too large. Repeat it with the same key when there is room.</summary>
    public IReadOnlyList<string> NotTaken { get; init; } = [];

    public int Count => Resumed.Count + Started.Count;
}
