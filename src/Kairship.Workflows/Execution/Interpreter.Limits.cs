using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Execution;

/// <content>Limits. Each is checked before anything grows past it.</content>
internal sealed partial class Interpreter
{
    private long grown;
    private int outboxBytes;
    private int bookmarks = -1;

    /// <summary>Lines that the next commit carries: past some thousands it had better come soon.</summary>
    public int PendingLines => Outgoing.Journal.Count;

    /// <summary>A value becomes part of the state. The state is measured whenever as much was written as it may hold in all: in between it holds twice that at most.</summary>
    private void Grow(JsonNode? value)
    {
        if (value is null)
        {
            return;
        }

        var size = JsonSize.Of(value, limits.MaxValueDepth);
        if (size < 0)
        {
            throw new LimitException("ValueTooDeep", $"A value is nested deeper than {limits.MaxValueDepth} (MaxValueDepth): make it flatter, or keep it as text.");
        }

        grown += size;
        if (grown > limits.MaxStateBytes)
        {
            Tree.Save();
            var bytes = StateSerializer.Write(State).Length;
            if (bytes + size > limits.MaxStateBytes)
            {
                throw new LimitException("StateTooLarge",
                    $"The state would be {bytes + size} bytes, more than {limits.MaxStateBytes} (MaxStateBytes): keep large values outside and pass references.");
            }

            grown = 0;
        }
    }

    /// <summary>Why a variable cannot have a value for want of room; null when it can.</summary>
    private string? TooMuch(string variable, JsonNode? value, JsonNode? replaced)
    {
        var size = JsonSize.Of(value, limits.MaxValueDepth);
        if (size < 0)
        {
            return $"Variable '{variable}': the value is nested deeper than {limits.MaxValueDepth} (MaxValueDepth).";
        }

        var more = size - Math.Max(0, JsonSize.Of(replaced, limits.MaxValueDepth));
        if (more <= 0)
        {
            return null;
        }

        Tree.Save();
        var bytes = StateSerializer.Write(State).Length + more;
        return bytes <= limits.MaxStateBytes ? null : $"Variable '{variable}': the state would be {bytes} bytes, more than {limits.MaxStateBytes} (MaxStateBytes): keep large values outside and pass references.";
    }

    private void CheckRoom(ActivityNode node, ExecutionState? parent)
    {
        if (Tree.All.Count >= limits.MaxExecutions)
        {
            throw new LimitException("TooManyExecutions",
                $"Activity '{node.Id}' would be execution {Tree.All.Count + 1} of this instance at the same time, more than {limits.MaxExecutions} (MaxExecutions): run fewer branches at once, or give parts to child workflows.");
        }

        if (parent is not null && Tree.ChildrenOf(parent).Count >= limits.MaxFanOut)
        {
            throw new LimitException("FanOutTooLarge",
                $"Activity '{parent.ActivityId}' would run more than {limits.MaxFanOut} children at the same time (MaxFanOut): limit its concurrency, or divide its items.");
        }
    }

    private void CheckBookmarks(IReadOnlyList<StimulusKey> stimuli)
    {
        if (bookmarks < 0)
        {
            bookmarks = Tree.All.Sum(e => e.Bookmarks?.Count ?? 0);
        }

        if (bookmarks + stimuli.Count > limits.MaxBookmarks)
        {
            throw new LimitException("TooManyBookmarks", $"The instance would wait for {bookmarks + stimuli.Count} stimuli, more than {limits.MaxBookmarks} (MaxBookmarks): wait for fewer at the same time.");
        }

        foreach (var key in stimuli)
        {
            CheckName("stimulus", key.Name);
            CheckName("stimulus key", key.Key);
        }

        bookmarks += stimuli.Count;
    }

    private void Removed(List<BookmarkState>? removed) => bookmarks -= bookmarks < 0 ? 0 : removed?.Count ?? 0;

    private string? CheckName(string what, string? text) => text is null || text.Length <= limits.MaxNameLength
        ? text
        : throw new LimitException("NameTooLong", $"The {what} has {text.Length} characters, more than {limits.MaxNameLength} (MaxNameLength): shorten it.");

    private StimulusState Next(Stimulus stimulus) => Messages.State(stimulus) with { Hops = State.Hops + 1, By = State.StartedBy };

    private void CheckHops(StimulusState stimulus)
    {
        if (stimulus.Hops > limits.MaxSignalHops)
        {
            throw new LimitException("SignalLoop",
                $"More than {limits.MaxSignalHops} signals have caused one another (MaxSignalHops) without a time or an effect in between: instances call each other for ever. Put a Delay into the circle, or a condition that ends it.");
        }

        CheckName("stimulus key", stimulus.Key);
    }

    private void CheckMessage(int bytes)
    {
        if (bytes > limits.MaxMessageBytes)
        {
            throw new LimitException("MessageTooLarge", $"A message has {bytes} bytes, more than {limits.MaxMessageBytes} (MaxMessageBytes): keep large values outside and pass references.");
        }

        if (Outgoing.Outbox.Count >= limits.MaxOutboxMessages || outboxBytes + bytes > limits.MaxOutboxBytes)
        {
            throw new LimitException("TooManyMessages",
                $"One step of this instance would send more than {limits.MaxOutboxMessages} messages (MaxOutboxMessages) or {limits.MaxOutboxBytes} bytes (MaxOutboxBytes): send fewer, or put a wait in between.");
        }

        outboxBytes += bytes;
    }

    /// <summary>Notes where this commit's lines end and, when there are too many lines, cuts those after the first tenth. The sequence goes on.</summary>
    private void TrimJournal()
    {
        var marks = State.JournalMarks;
        var step = limits.MaxJournalRecords / 10;
        if (State.JournalSequence - (marks?[^1] ?? 0) < step)
        {
            return;
        }

        (marks ??= State.JournalMarks = []).Add(State.JournalSequence);
        var first = marks[0];
        var allowed = Math.Max(step, limits.MaxJournalRecords - first - step - 1);
        var keepFrom = marks.FindLastIndex(m => State.JournalSequence - m > allowed);
        if (keepFrom < 1)
        {
            return;
        }

        var upTo = marks[keepFrom];
        marks.RemoveRange(1, keepFrom);
        Outgoing.JournalTrim = new JournalTrim(first, upTo, new JournalRecord(State.Id, upTo, now, null, null, null, null, "JournalTrimmed",
            string.Create(CultureInfo.InvariantCulture, $"{upTo - first} lines were dropped here: a journal keeps about {limits.MaxJournalRecords} (MaxJournalRecords)."), null));
    }
}
