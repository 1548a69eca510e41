using System.Collections;

namespace Kairship.Workflows.Execution;

/// <summary>Where an execution is in the <see cref="ExecutionTree"/>: its slot there, and the list of its parent's children, in the order of scheduling. Not part of the snapshot.</summary>
internal struct TreePlace
{
    public int Slot;
    public int Children;
    public ExecutionState? Parent;
    public ExecutionState? FirstChild;
    public ExecutionState? Next;

    // That of the first child is the last.
    private ExecutionState? previous;

    public void Enter(ExecutionState self, ExecutionState? parent)
    {
        (Parent, Next, previous) = (parent, null, null);
        if (parent is null)
        {
            return;
        }

        ref var home = ref parent.Place;
        home.Children++;
        if (home.FirstChild is not { } first)
        {
            (home.FirstChild, previous) = (self, self);
            return;
        }

        var older = first.Place.previous;
        while (older is not null && older.Order > self.Order)
        {
            older = ReferenceEquals(older, first) ? null : older.Place.previous;
        }

        Next = older is null ? first : older.Place.Next;
        previous = older ?? first.Place.previous;
        (Next ?? (older is null ? self : first)).Place.previous = self;
        if (older is null)
        {
            home.FirstChild = self;
        }
        else
        {
            older.Place.Next = self;
        }
    }

    /// <summary>The parent stays known: what was removed may be put back.</summary>
    public void Leave(ExecutionState self)
    {
        if (Parent is null)
        {
            return;
        }

        ref var home = ref Parent.Place;
        home.Children--;
        var first = home.FirstChild!;
        if (ReferenceEquals(first, self))
        {
            home.FirstChild = Next;
            if (Next is not null)
            {
                Next.Place.previous = previous;
            }
        }
        else
        {
            previous!.Place.Next = Next;
            (Next ?? first).Place.previous = previous;
        }

        (Next, previous) = (null, null);
    }
}

/// <summary>The children of an execution, the oldest first.</summary>
internal readonly struct ChildExecutions(ExecutionState parent) : IReadOnlyCollection<ExecutionState>
{
    public int Count => parent.Place.Children;

    public Enumerator GetEnumerator() => new(parent.Place.FirstChild);

    IEnumerator<ExecutionState> IEnumerable<ExecutionState>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public struct Enumerator : IEnumerator<ExecutionState>
    {
        private ExecutionState? next;
        private ExecutionState? current;

        internal Enumerator(ExecutionState? first) => next = first;

        public readonly ExecutionState Current => current!;

        readonly object IEnumerator.Current => current!;

        public bool MoveNext()
        {
            current = next;
            next = current?.Place.Next;
            return current is not null;
        }

        public readonly void Reset() => throw new NotSupportedException();

        public readonly void Dispose()
        {
        }
    }
}
