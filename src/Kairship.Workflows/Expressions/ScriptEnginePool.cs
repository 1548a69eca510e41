using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Kairship.Workflows.Expressions;

/// <summary>
/// Engines ready to run a script. Only one that ran nothing but scripts that leave no trace, without an error, is handed out again, so that
/// no state gets from one evaluation into the next; any other is dropped after its first use.
/// </summary>
internal sealed class ScriptEnginePool(ExpressionLimits limits)
{
    // An engine keeps what it learned of each script it ran; those of definitions long gone go with it.
    private const int RunsOfOneEngine = 10_000;

    private readonly ConcurrentBag<ScriptEngine> idle = [];

    public ExpressionLimits Limits => limits;

    /// <summary>Engines that wait for work.</summary>
    public int Idle => idle.Count;

    /// <exception cref="ExpressionException">The script failed or ran past a limit.</exception>
    public JsonNode? Run(PreparedScript script, IExpressionScope scope)
    {
        if (!idle.TryTake(out var engine))
        {
            engine = new ScriptEngine(limits);
        }

        var isClean = false;
        try
        {
            var result = engine.Run(script, scope);
            isClean = script.LeavesNoTrace && engine.Runs < RunsOfOneEngine && idle.Count < limits.PooledEngines;
            return result;
        }
        finally
        {
            if (isClean)
            {
                engine.Restore();
                idle.Add(engine);
            }
            else
            {
                engine.Dispose();
            }
        }
    }
}
