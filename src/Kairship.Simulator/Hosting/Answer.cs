using Kairship.Simulator.Objects;
using Microsoft.AspNetCore.Http;

namespace Kairship.Simulator.Hosting;

/// <summary>Answers of the host itself, beside the API.</summary>
internal static class Answer
{
    public static Task Status(HttpContext context, ApiException problem) => Json(context, problem.Code, problem.ToStatus().ToJsonString());

    public static Task Json(HttpContext context, int code, string json)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }
}
