namespace Kairship.Workflows.Expressions;

/// <summary>What one evaluation of a script or a template may use up. Past any of these it ends with an <see cref="ExpressionException"/> that names the limit.</summary>
public sealed record ExpressionLimits
{
    /// <summary>Wall time of one evaluation.</summary>
    /// <value>The default is 500 ms.</value>
    public TimeSpan Time { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Bytes that one evaluation may allocate in all.</summary>
    /// <value>The default is 16 MB.</value>
    public long Memory { get; init; } = 16 * 1024 * 1024;

    /// <summary>Depth of calls.</summary>
    /// <value>The default is 64.</value>
    public int Recursion { get; init; } = 64;

    /// <summary>Statements of one evaluation.</summary>
    /// <value>The default is 100,000.</value>
    public int Statements { get; init; } = 100_000;

    /// <summary>Elements of one array.</summary>
    /// <value>The default is 1,000,000.</value>
    public uint ArrayLength { get; init; } = 1_000_000;

    /// <summary>Characters of a text that one call of a function of a script may make or go through, and of all texts that a template makes.</summary>
    /// <value>The default is 1,000,000.</value>
    public int TextLength { get; init; } = 1_000_000;

    /// <summary>Depth of objects and arrays in a result.</summary>
    /// <value>The default is 64.</value>
    public int ResultDepth { get; init; } = 64;

    /// <summary>Values in a result, counting objects, arrays and scalars.</summary>
    /// <value>The default is 50,000.</value>
    public int ResultValues { get; init; } = 50_000;

    /// <summary>Characters of all texts in a result together.</summary>
    /// <value>The default is 1,000,000.</value>
    public int ResultText { get; init; } = 1_000_000;

    /// <summary>Characters of the source of one expression, checked when it is compiled.</summary>
    /// <value>The default is 65,536.</value>
    public int Source { get; init; } = 65_536;

    /// <summary>Script engines kept for reuse.</summary>
    /// <value>The default is 8.</value>
    public int PooledEngines { get; init; } = 8;
}
