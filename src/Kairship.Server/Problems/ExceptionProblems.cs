using System.Text.Json;
using Kairship.Api;
using Kairship.Delivery.Manifests;
using Kairship.Delivery.Releases;
using Kairship.Workflows.Expressions;
using Microsoft.AspNetCore.Diagnostics;

namespace Kairship.Server.Problems;

/// <summary>
/// Exceptions that are somebody's input or an outside failure become the problem they are; all others are ours: logged whole, told without their insides.
/// </summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var refusal = Explain(exception);
        if (refusal.Status >= StatusCodes.Status500InternalServerError)
        {
            Failed(exception, httpContext.Request.Method, httpContext.Request.Path, httpContext.TraceIdentifier);
        }

        httpContext.Response.StatusCode = refusal.Status;
        await refusal.ToResult().ExecuteAsync(httpContext);
        return true;
    }

    public static Refusal Explain(Exception exception) => exception switch
    {
        BadHttpRequestException { InnerException: JsonException json } => Malformed(json),
        BadHttpRequestException bad => new Refusal(bad.StatusCode, bad.StatusCode switch
        {
            StatusCodes.Status413PayloadTooLarge when bad.Message.StartsWith("Request body too large", StringComparison.Ordinal) =>
                "The body is larger than what this server takes.",
            StatusCodes.Status415UnsupportedMediaType => "Send the body with Content-Type: application/json.",
            _ => Plain(bad.Message),
        }),
        JsonException json => Malformed(json),
        ManifestException manifest => Refusal.Unprocessable(manifest.Message),
        DeliveryConflictException conflict => Refusal.Conflict(conflict.Message),
        ExpressionException expression => Refusal.Unprocessable(expression.Message),
        _ => OutsideFailures.Explain(exception)
            ?? new Refusal(StatusCodes.Status500InternalServerError, "This is a fault of the server: its log says more. Nothing is known to be lost; try again."),
    };

    private static Refusal Malformed(JsonException json)
    {
        var where = json.LineNumber is { } line ? $" (line {line + 1}, byte {json.BytePositionInLine + 1})" : "";
        var path = json.Path is { Length: > 0 } p and not "$" ? p : "";
        return Refusal.BadRequest(
            $"The body is not the JSON that is expected here{where}.",
            [new ProblemError(path, Plain(json.Message.Split(" Path: ", 2)[0].Split(" LineNumber: ", 2)[0]))]);
    }

    /// <summary>Messages of the framework name parameters of our code; nobody outside knows them.</summary>
    private static string Plain(string message) => message switch
    {
        _ when message.StartsWith("Implicit body inferred", StringComparison.Ordinal) || message.Contains("no body was provided", StringComparison.Ordinal) =>
            "A JSON body is needed here and there was none.",
        _ when message.StartsWith("Failed to bind parameter", StringComparison.Ordinal) => WrongValue(message),
        _ when message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal) => UnknownProperty(message),
        _ when message.Contains("missing required properties", StringComparison.Ordinal) || message.Contains("could not be converted to", StringComparison.Ordinal) =>
            "A value has the wrong type here: the OpenAPI document at /openapi/v1.json has the right ones.",
        _ => message,
    };

    /// <summary>Failed to bind parameter "Nullable&lt;int&gt; version" from "x".</summary>
    private static string WrongValue(string message)
    {
        var parts = message.Split('"', 4);
        return parts.Length == 4 && parts[1].Split(' ') is [_, var name] && parts[3].EndsWith("\".", StringComparison.Ordinal)
            ? $"'{parts[3][..^2]}' is no value of '{name}'."
            : "A value has the wrong type here: the OpenAPI document at /openapi/v1.json has the right ones.";
    }

    private static string UnknownProperty(string message)
    {
        var parts = message.Split('\'');
        return parts.Length > 1 ? $"There is no property '{parts[1]}' here: check its spelling." : "There is a property that is not known here.";
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed (request {Request})")]
    private partial void Failed(Exception exception, string method, string path, string request);
}
