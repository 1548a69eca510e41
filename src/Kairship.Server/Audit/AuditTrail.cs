using Kairship.Server.Access;
using Kairship.Server.Problems;
using Kairship.Storage.Access;

namespace Kairship.Server.Audit;

/// <summary>Marks an endpoint that changes something.</summary>
internal sealed record AuditedAction(string Name);

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
        try
        {
            // What happened has happened, also when the caller has hung up since.
            await access.AppendAuditAsync(
                new AuditEntry(0, time.GetUtcNow(), who, action.Name, subject, status, detail), CancellationToken.None);
        }
        catch (Exception e)
        {
            NotWritten(e, who, action.Name, subject, status);
        }
    }

    [LoggerMessage(LogLevel.Error, "The audit line could not be written: {Who} {Action} {Subject} {Status}")]
    private partial void NotWritten(Exception exception, string who, string action, string? subject, int status);
}

internal static class AuditContext
{
    private static readonly object SubjectKey = new();
    private static readonly object WhoKey = new();

    public static TBuilder Audited<TBuilder>(this TBuilder builder, string action)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.WithMetadata(new AuditedAction(action));
        return builder;
    }

    /// <summary>What the call is about, where the route does not say it. Never a secret.</summary>
    public static void AuditSubject(this HttpContext context, string? subject, string? detail = null) => context.Items[SubjectKey] = (subject, detail);

    /// <summary>Who acts, where it is not a key (a webhook).</summary>
    public static void AuditAs(this HttpContext context, string who) => context.Items[WhoKey] = who;

    public static string? Who(HttpContext context) =>
        context.Items[WhoKey] as string ?? (context.User.Identity?.IsAuthenticated == true ? Caller.NameOf(context.User) : null);

    public static (string? Subject, string? Detail) Subject(HttpContext context)
    {
        if (context.Items[SubjectKey] is (string subject, var detail))
        {
            return (Cut(subject), Cut(detail as string));
        }

        return (Cut((context.Request.RouteValues["name"] ?? context.Request.RouteValues["id"])?.ToString()), null);
    }

    private static string? Cut(string? text) => text is { Length: > 400 } ? text[..400] : text;
}
