using System.Text.RegularExpressions;
using Jint.Runtime;

namespace Kairship.Workflows.Expressions;

/// <summary>Says why a script ended, in words for who wrote it.</summary>
internal static class ScriptFailure
{
    public static ExpressionException Explain(Exception e, ExpressionLimits limits) => e switch
    {
        ExpressionException own => own,
        JavaScriptException js => new ExpressionException(
            $"The script failed: {js.Message} (line {js.Location.Start.Line}, column {js.Location.Start.Column + 1}).", js),
        TimeoutException or RegexMatchTimeoutException => new ExpressionException($"The script ran longer than {limits.Time.TotalMilliseconds:0} ms.", e),
        StatementsCountOverflowException => new ExpressionException($"The script ran more than {limits.Statements} statements.", e),
        RecursionDepthOverflowException or InsufficientExecutionStackException =>
            new ExpressionException($"The script's calls went deeper than {limits.Recursion}.", e),
        MemoryLimitExceededException or OutOfMemoryException => new ExpressionException(
            $"The script used more than {limits.Memory / 1024 / 1024} MB or an array of more than {limits.ArrayLength} elements.", e),
        OperationCanceledException => new ExpressionException("The script gave a promise that never settles.", e),
        PromiseRejectedException rejected => new ExpressionException($"The script failed: {rejected.Message}.", e),
        _ => new ExpressionException($"The script failed: {e.Message}", e),
    };
}
