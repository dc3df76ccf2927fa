// Few rules, and each of them of this page: colours, type and spacing are those of styles/tokens.css, widths its breakpoints.
const LENGTHS = "margin|padding|gap|row-gap|column-gap|inset|border-radius|font-size";

/** @type {import("stylelint").Config} */
export default {
  ignoreFiles: ["static/built/**", "static/vendor/**"],
  referenceFiles: ["static/styles/**/*.css"],
  rules: {
    "at-rule-no-unknown": true,
    "block-no-empty": true,
    "custom-property-no-missing-var-function": true,
    "declaration-block-no-duplicate-properties": true,
    "declaration-block-no-shorthand-property-overrides": true,
    "declaration-property-value-no-unknown": true,
    "function-no-unknown": true,
    "media-feature-name-no-unknown": true,
    "no-duplicate-selectors": true,
    "no-unknown-animations": true,
    "no-unknown-custom-properties": true,
    "property-no-unknown": true,
    "selector-pseudo-class-no-unknown": true,
    "selector-pseudo-element-no-unknown": true,
    "selector-type-no-unknown": true,
    "unit-no-unknown": true,
    // The four breakpoints, as tokens.css names them.
    "media-feature-range-notation": "context",
    "media-feature-name-value-allowed-list": { width: ["600px", "900px", "1180px", "2200px"] },
  },
  overrides: [
    {
      files: ["static/styles/*/**/*.css", "static/styles/print.css"],
      rules: {
        "color-no-hex": true,
        "function-disallowed-list": ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "light-dark"],
        // Hairlines, rings, and the margin that draw/panel.js knows of, have lengths of their own.
        "declaration-property-value-disallowed-list": {
          [`/^(?:${LENGTHS})/`]: ["/(?<![\\w.-])-?[\\d.]+r?em\\b/", "/(?<![\\w.-])-?(?![0-4]px)[\\d.]+px\\b/"],
        },
      },
    },
  ],
};
