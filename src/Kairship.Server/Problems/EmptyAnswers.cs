using Microsoft.AspNetCore.Diagnostics;

namespace Kairship.Server.Problems;

/// <summary>What routing answers by itself has no body; here it gets one.</summary>
internal static class EmptyAnswers
{
    public static Task ExplainAsync(StatusCodeContext context)
    {
        var (request, status) = (context.HttpContext.Request, context.HttpContext.Response.StatusCode);
        var detail = status switch
        {
            StatusCodes.Status404NotFound => $"There is nothing at {request.Path}. The API is under /api/v1; /openapi/v1.json lists it.",
            StatusCodes.Status405MethodNotAllowed =>
                $"{request.Method} is not possible at {request.Path}; {Allowed(context.HttpContext.Response)} is.",
            StatusCodes.Status415UnsupportedMediaType =>
                $"A body of type '{request.ContentType ?? "none"}' is not taken here: send JSON as application/json (an application also as application/yaml).",
            StatusCodes.Status413PayloadTooLarge =>
                BodyLimitMiddleware.Explain(context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>() ?? BodyLimit.Default),
            _ => ProblemTitles.Of(status) + ".",
        };
        return new Refusal(status, detail).ToResult().ExecuteAsync(context.HttpContext);
    }

    private static string Allowed(HttpResponse response) => response.Headers.Allow.ToString() is { Length: > 0 } methods ? methods : "another method";
}
