namespace Kairship.Testing.Workflows.Programs;

/// <summary>
/// A piece of a random workflow: scopes in scopes, to any depth. Its meaning follows from its structure alone (<see cref="Reference"/>), and so does its definition (<see cref="Drawing"/>).
/// Every piece has an id of its own, which is also that of its activity.
/// </summary>
public abstract record Block(string Id)
{
    public sealed record Effect(string Id, bool InLoop, string? Local) : Block(Id);

    /// <summary>Waits for the event of its own id.</summary>
    public sealed record Wait(string Id) : Block(Id);

    public sealed record Pause(string Id) : Block(Id);

    /// <summary>Adds one to the variable "n" of the workflow.</summary>
    public sealed record Count(string Id) : Block(Id);

    /// <summary>One after the other, with a variable of its own that each <see cref="Bump"/> inside raises.</summary>
    public sealed record Series(string Id, IReadOnlyList<Block> Parts) : Block(Id)
    {
        public string Local => $"v{Id}";
    }

    public sealed record Bump(string Id, string Local) : Block(Id);

    public sealed record Both(string Id, BothKind Kind, IReadOnlyList<Block> Parts) : Block(Id);

    /// <summary>By the parity of the loop's value or, outside loops, always the same.</summary>
    public sealed record Choice(string Id, bool InLoop, bool Otherwise, Block Then, Block? Else) : Block(Id);

    public sealed record Each(string Id, EachKind Kind, IReadOnlyList<int> Items, Block Body) : Block(Id);

    /// <summary>As often as <see cref="Rounds"/> says, counted by the variable of the series it is in.</summary>
    public sealed record Rounds(string Id, string Local, int Times, Block Body) : Block(Id);

    /// <summary>Breaks the loop around it when the loop's value is that.</summary>
    public sealed record BreakAt(string Id, int Value) : Block(Id);

    public sealed record Chart(string Id, Flow Root) : Block(Id)
    {
        public string Local => $"v{Id}";
    }
}

public enum BothKind
{
    Parallel,
    Fork,
}

public enum EachKind
{
    For,
    ForEach,
    ParallelForEach,
}

/// <summary>What is inside a flowchart.</summary>
public abstract record Flow
{
    public sealed record Node(Block Block) : Flow;

    public sealed record Then(Flow First, Flow Second) : Flow;

    /// <summary>A FlowFork and a join of that mode (null: no join activity, the branches meet at a count).</summary>
    public sealed record Split(string Id, string? Join, Flow Left, Flow Right) : Flow;

    /// <summary>A FlowDecision whose branches meet again.</summary>
    public sealed record Decide(string Id, bool InLoop, bool Otherwise, Flow Left, Flow Right) : Flow;

    /// <summary>The body, again until the flowchart's own variable has been raised so often.</summary>
    public sealed record Loop(string Id, string Local, int Times, Flow Body) : Flow;
}
