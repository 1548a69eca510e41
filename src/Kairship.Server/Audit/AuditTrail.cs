using Kairship.Server.Access;
using Kairship.Server.Problems;
using Kairship.Storage.Access;

namespace Kairship.Server.Audit;

/// <summary>Marks an endpoint that changes something.</summary>
internal sealed record AuditedAction(string Name);

/// <summary>One of the things that a call did.</summary>
internal sealed record AuditedLine(string Action, string? Subject, string? Detail);

/// <summary>
/// Writes a line for every call that changes something or tried to: who, what, when, and how it ended. Calls without a valid key leave no line: anybody
/// could fill the table with them; they are in the log.
/// </summary>
internal sealed partial class AuditTrail(RequestDelegate next, AccessStore access, TimeProvider time, ILogger<AuditTrail> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<AuditedAction>() is not { } action)
        {
            await next(context);
            return;
        }

        var written = false;

        // Before the answer leaves: whoever has the answer finds the line, also when this process dies right then.
        context.Response.OnStarting(() => WriteAsync(context.Response.StatusCode));
        try
        {
            await next(context);
        }
        catch (Exception e)
        {
            await WriteAsync(ExceptionProblems.Explain(e).Status);
            throw;
        }

        await WriteAsync(context.Response.StatusCode);

        Task WriteAsync(int status)
        {
            var first = !written;
            written = true;
            return first ? AppendAsync(context, action, status) : Task.CompletedTask;
        }
    }

    private async Task AppendAsync(HttpContext context, AuditedAction action, int status)
    {
        if (AuditContext.Who(context) is not { } who)
        {
            return;
        }

        var (subject, detail) = AuditContext.Subject(context);
        foreach (var line in AuditContext.Also(context).Prepend(new AuditedLine(AuditContext.Action(context) ?? action.Name, subject, detail)))
        {
            try
            {
                // What happened has happened, also when the caller has hung up since.
                await access.AppendAuditAsync(new AuditEntry(0, time.GetUtcNow(), who, line.Action, line.Subject, status, line.Detail), CancellationToken.None);
            }
            catch (Exception e)
            {
                NotWritten(e, who, line.Action, line.Subject, status);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The audit line could not be written: {Who} {Action} {Subject} {Status}")]
    private partial void NotWritten(Exception exception, string who, string action, string? subject, int status);
}
