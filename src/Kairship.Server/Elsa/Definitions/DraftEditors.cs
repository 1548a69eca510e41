using System.Collections.Concurrent;

namespace Kairship.Server.Elsa.Definitions;

/// <summary>
/// Who saved a definition last, and on top of what. The designer saves by itself and does not wait for the answer before it saves again: its second save may still be based on the content
/// before its first one. That is no conflict; the same from anybody else is. Kept in memory: after a restart such a save is refused once and made again.
/// </summary>
internal sealed class DraftEditors(TimeProvider time)
{
    /// <summary>How much later a save may come whose answer was on its way.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    private const int MaxKept = 10_000;
    private readonly ConcurrentDictionary<string, Saved> last = new(StringComparer.Ordinal);

    /// <param name="editor">Who, as exactly as can be told.</param>
    /// <param name="based">The content that was edited.</param>
    /// <param name="made">The content that was saved.</param>
    public void Remember(string definitionId, string editor, string? based, string made)
    {
        if (last.Count >= MaxKept)
        {
            last.Clear();
        }

        last[definitionId] = new Saved(editor, based, made, time.GetUtcNow());
    }

    /// <summary>Whether a save that edits <paramref name="based"/> only missed the same editor's own save.</summary>
    /// <param name="latest">The content that is there now.</param>
    public bool MissedOwnSave(string definitionId, string editor, string based, string latest) =>
        last.TryGetValue(definitionId, out var saved) && saved.Editor == editor && saved.Based == based && saved.Made == latest && time.GetUtcNow() - saved.At <= Overlap;

    private sealed record Saved(string Editor, string? Based, string Made, DateTimeOffset At);
}
